/* list.h: every form of output. */
OUTPUT(text)
OUTPUT(json)
OUTPUT(csv)
