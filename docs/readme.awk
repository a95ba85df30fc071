# Puts what commands print into a page: beneath a line
#     <!-- $ COMMAND -->
# everything up to the line <!-- end --> is replaced by the command and its output. make readme runs this.
/^<!-- \$ .* -->$/ {
    print
    command = substr($0, 8, length($0) - 11)
    print "```"
    print "$ " command
    command = command " 2>&1"
    while ((command | getline line) > 0)
        print line
    close(command)
    print "```"
    inside = 1
    next
}
/^<!-- end -->$/ { inside = 0 }
!inside { print }
