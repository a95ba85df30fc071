/* test_theory_extremes.c: rows of theory at the ends of their domains: right to 1e-9 of values that were computed with 40 digits from
 * textbooks' formulas (sums over the states of birth-death processes, Takacs' moments, integrals), or refused. */
#include "tests/row.h"
#include "tests/suites.h"
#include "tests/trial.h"

#include <math.h>
#include <stdio.h>

struct extreme {
    const char *text, *row, *probe;
    enum statistic statistic;
    double exact;
};

static const struct extreme extremes[] = {
    {"'arrivals':{'rate':0.999999},'servers':1,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_MEAN, 999998.99997124434},
    {"'arrivals':{'rate':0.999999},'servers':1,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_SD, 999999.99997074434},
    {"'arrivals':{'rate':1e-09},'servers':1,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'arrivals':{'rate':1e-09},'servers':1,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_SD, 4.4721359583536815e-5},
    {"'arrivals':{'rate':9999.99},'servers':10000,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_MEAN, 99.987500648100142},
    {"'arrivals':{'rate':9999.99},'servers':10000,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_SD, 99.999999216648493},
    {"'arrivals':{'rate':1e-09},'servers':2,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_MEAN, 2.5000000000000003e-19},
    {"'arrivals':{'rate':1e-09},'servers':2,'service':{'dist':'exponential','mean':1}",
     "mmc", "wait", STATISTIC_SD, 5.0000000012500003e-10},
    {"'arrivals':{'rate':0.999999},'servers':1,'capacity':2000,'service':{'dist':'exponential','mean':1}",
     "mmck", "lost", STATISTIC_MEAN, 4.9925054106302607e-4},
    {"'arrivals':{'rate':0.999999},'servers':1,'capacity':2000,'service':{'dist':'exponential','mean':1}",
     "mmck", "in_system", STATISTIC_MEAN, 999.66633318875703},
    {"'arrivals':{'rate':0.999999},'servers':1,'capacity':2000,'service':{'dist':'exponential','mean':1}",
     "mmck", "wait", STATISTIC_MEAN, 999.16666660554593},
    {"'arrivals':{'rate':1e-09},'servers':1,'capacity':3,'service':{'dist':'exponential','mean':1}",
     "mmck", "lost", STATISTIC_MEAN, 9.9999999900000019e-28},
    {"'arrivals':{'rate':1e-09},'servers':1,'capacity':3,'service':{'dist':'exponential','mean':1}",
     "mmck", "in_system", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'arrivals':{'rate':1e-09},'servers':1,'capacity':3,'service':{'dist':'exponential','mean':1}",
     "mmck", "wait", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'arrivals':{'rate':9900},'servers':10000,'capacity':12000,'service':{'dist':'exponential','mean':1}",
     "mmck", "lost", STATISTIC_MEAN, 4.1520197233556353e-12},
    {"'arrivals':{'rate':9900},'servers':10000,'capacity':12000,'service':{'dist':'exponential','mean':1}",
     "mmck", "in_system", STATISTIC_MEAN, 9922.0549150623065},
    {"'arrivals':{'rate':9900},'servers':10000,'capacity':12000,'service':{'dist':'exponential','mean':1}",
     "mmck", "wait", STATISTIC_MEAN, 2.2277692023740424e-3},
    {"'arrivals':{'rate':20000},'servers':10000,'capacity':10000,'service':{'dist':'exponential','mean':1}",
     "mmck", "lost", STATISTIC_MEAN, 0.50004998001598123},
    {"'arrivals':{'rate':20000},'servers':10000,'capacity':10000,'service':{'dist':'exponential','mean':1}",
     "mmck", "in_system", STATISTIC_MEAN, 9999.0003996803754},
    {"'arrivals':{'rate':20000},'servers':10000,'capacity':10000,'service':{'dist':'exponential','mean':1}",
     "mmck", "wait", STATISTIC_MEAN, 0.0},
    {"'arrivals':{'rate':1e-09},'servers':5,'capacity':10,'service':{'dist':'exponential','mean':1}",
     "mmck", "lost", STATISTIC_MEAN, 2.6666666640000017e-96},
    {"'arrivals':{'rate':1e-09},'servers':5,'capacity':10,'service':{'dist':'exponential','mean':1}",
     "mmck", "in_system", STATISTIC_MEAN, 1.0000000000000001e-9},
    {"'arrivals':{'rate':1e-09},'servers':5,'capacity':10,'service':{'dist':'exponential','mean':1}",
     "mmck", "wait", STATISTIC_MEAN, 1.6666666656666672e-48},
    {"'arrivals':{'rate':0.999999},'capacity':1000000,'service':{'dist':'exponential','mean':1}",
     "mmck", "lost", STATISTIC_MEAN, 5.819759078265776e-7},
    {"'arrivals':{'rate':0.999999},'capacity':1000000,'service':{'dist':'exponential','mean':1}",
     "mmck", "in_system", STATISTIC_MEAN, 418023.09216198383},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':10}},'servers':64,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "throughput", STATISTIC_MEAN, 64.0},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':10}},'servers':64,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "wait", STATISTIC_MEAN, 145.25},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':0.1}},'servers':9000,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "throughput", STATISTIC_MEAN, 8999.9957982563275},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':0.1}},'servers':9000,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "wait", STATISTIC_MEAN, 0.011111629845140014},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':1000000000.0}},'servers':1,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "throughput", STATISTIC_MEAN, 9.9999999899999e-6},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':1000000000.0}},'servers':1,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "wait", STATISTIC_MEAN, 9.9990999610021102e-6},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':156.25}},'servers':64,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "throughput", STATISTIC_MEAN, 63.254306468000129},
    {"'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':156.25}},'servers':64,'service':{'dist':'exponential','mean':1}",
     "machine_repair", "wait", STATISTIC_MEAN, 0.8420028750757649},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'gamma','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_MEAN, 499999.99998512215},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'gamma','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_SD, 500000.33331901104},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'gamma','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_MEAN, 5.0004949993562073e+9},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'gamma','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_SD, 5.0005016663517629e+9},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'lognormal','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_MEAN, 5.0004949993562073e+9},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'lognormal','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_SD, 5.0337245900503109e+9},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'lognormal','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_MEAN, 499999.99998512215},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'lognormal','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_SD, 500000.33331901104},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'weibull','shape':0.5,'scale':0.5}",
     "mg1", "wait", STATISTIC_MEAN, 2.999996999913733e+6},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'weibull','shape':0.5,'scale':0.5}",
     "mg1", "wait", STATISTIC_SD, 3.0000019999095663e+6},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'gamma','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_MEAN, 5.0000050050000053e-10},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'gamma','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_SD, 1.8257445985606389e-5},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'gamma','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_MEAN, 5.0005000050005003e-6},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'gamma','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_SD, 0.25821825476073854},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'lognormal','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_MEAN, 5.0005000050005003e-6},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'lognormal','mean':1,'scv':1e4}",
     "mg1", "wait", STATISTIC_SD, 18.260157273888005},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'lognormal','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_MEAN, 5.0000050050000053e-10},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'lognormal','mean':1,'scv':1e-6}",
     "mg1", "wait", STATISTIC_SD, 1.8257445985615518e-5},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'weibull','shape':0.5,'scale':0.5}",
     "mg1", "wait", STATISTIC_MEAN, 3.0000000030000002e-9},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'weibull','shape':0.5,'scale':0.5}",
     "mg1", "wait", STATISTIC_SD, 1.7320508086947104e-4},
    {"'arrivals':{'rate':0.999999},'discipline':'ps','service':{'dist':'exponential','mean':1}",
     "ps", "wait", STATISTIC_MEAN, 999998.99997124434},
    {"'arrivals':{'rate':0.999999},'discipline':'lcfs_pr','service':{'dist':'exponential','mean':1}",
     "lcfs_pr", "wait", STATISTIC_MEAN, 999998.99997124434},
    {"'arrivals':{'rate':0.999999},'discipline':'dps','service':{'dist':'exponential','mean':1}",
     "dps", "wait", STATISTIC_MEAN, 999998.99997124434},
    {"'arrivals':{'rate':1e-09},'discipline':'ps','service':{'dist':'exponential','mean':1}",
     "ps", "wait", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'arrivals':{'rate':1e-09},'discipline':'lcfs_pr','service':{'dist':'exponential','mean':1}",
     "lcfs_pr", "wait", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'arrivals':{'rate':1e-09},'discipline':'dps','service':{'dist':'exponential','mean':1}",
     "dps", "wait", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'stations':{'q':{'discipline':'priority','preempt':'resume'}},'tasks':{'b':{'priority':2,'arrivals':{'rate':1e-9},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]},'a':{'priority':1,'arrivals':{'rate':1e-9},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]}}",
     "priorities", "wait", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'arrivals':{'rate':0.7},'discipline':'las','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 2.3333333333333328},
    {"'arrivals':{'rate':1e-09},'discipline':'las','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 1.0000000010000001e-9},
    {"'arrivals':{'rate':0.7},'discipline':'sjf','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 1.3121966827204491},
    {"'arrivals':{'rate':1e-09},'discipline':'sjf','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 1.0000000005000001e-9},
    {"'arrivals':{'rate':0.7},'discipline':'psjf','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 1.083869530352782},
    {"'arrivals':{'rate':1e-09},'discipline':'psjf','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 6.2500000049074078e-10},
    {"'arrivals':{'rate':0.7},'discipline':'srpt','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 0.87456668960064175},
    {"'arrivals':{'rate':1e-09},'discipline':'srpt','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 5.0000000038888892e-10},
    {"'arrivals':{'rate':0.8},'discipline':'sjf','service':{'dist':'lognormal','mean':1,'scv':100}",
     "sizes", "wait", STATISTIC_MEAN, 47.479707446988098},
    {"'arrivals':{'at_once':4},'servers':'infinite','service':{'dist':'exponential','mean':1}",
     "batch", "makespan", STATISTIC_MEAN, 2.0833333333333333},
    {"'arrivals':{'at_once':4},'servers':'infinite','service':{'dist':'uniform','min':1,'max':3}",
     "batch", "makespan", STATISTIC_MEAN, 2.6},
    {"'arrivals':{'at_once':4},'servers':'infinite','service':{'dist':'uniform','min':1,'max':3}",
     "batch", "makespan", STATISTIC_SD, 0.32659863237109041},
    {"'arrivals':{'at_once':10000},'servers':'infinite','service':{'dist':'exponential','mean':1}",
     "batch", "makespan", STATISTIC_MEAN, 9.7876060360443823},
    {"'arrivals':{'at_once':10000},'servers':'infinite','service':{'dist':'uniform','min':1,'max':3}",
     "batch", "makespan", STATISTIC_MEAN, 2.9998000199980002},
    {"'arrivals':{'at_once':10000},'servers':'infinite','service':{'dist':'uniform','min':1,'max':3}",
     "batch", "makespan", STATISTIC_SD, 1.9996000699880021e-4},
    {"'arrivals':{'at_once':1000000},'servers':'infinite','service':{'dist':'exponential','mean':1}",
     "batch", "makespan", STATISTIC_MEAN, 14.392726722865724},
    {"'arrivals':{'at_once':1000000},'servers':'infinite','service':{'dist':'uniform','min':1,'max':3}",
     "batch", "makespan", STATISTIC_MEAN, 2.999998000002},
    {"'arrivals':{'at_once':1000000},'servers':'infinite','service':{'dist':'uniform','min':1,'max':3}",
     "batch", "makespan", STATISTIC_SD, 1.999996000007e-6},
    {"'arrivals':{'rate':1e-09},'service':{'dist':'exponential','mean':1},'breakdown':{'up':{'dist':'exponential','mean':10},'down':{'dist':'exponential','mean':2.5}}",
     "breakdown", "wait", STATISTIC_MEAN, 0.7500000021875},
    {"'arrivals':{'rate':2e-9},'servers':2,'queues':'per_server','dispatch':'round_robin','service':{'dist':'exponential','mean':1}",
     "split_in_turn", "wait", STATISTIC_MEAN, 3.999999984e-18},
    {"'arrivals':{'rate':1e-8},'servers':10,'queues':'per_server','dispatch':'power_of_d','d':2,'service':{'dist':'exponential','mean':1}",
     "power_of_d_limit", "wait", STATISTIC_MEAN, 1e-18},
    {"'stations':{'q':{'discipline':{'name':'polling','visit':'exhaustive'}}},'tasks':{'a':{'arrivals':{'rate':5e-10},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]},'b':{'arrivals':{'rate':5e-10},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]}}",
     "polling", "wait", STATISTIC_MEAN, 1.000000001e-9},
    {"'stations':{'a':{},'b':{'servers':3}},'arrivals':{'rate':1e-9},'steps':[{'at':'a','for':{'dist':'exponential','mean':1}},{'at':'b','for':{'dist':'exponential','mean':1}}]",
     "product_form", "wait", STATISTIC_MEAN, 1.000000001e-9},
    {"'stations':{'a':{},'b':{}},'arrivals':{'closed':10000,'think':{'dist':'exponential','mean':10}},'steps':[{'at':'a','for':{'dist':'exponential','mean':1}},{'at':'b','for':{'dist':'exponential','mean':0.9}}]",
     "product_form", "response", STATISTIC_MEAN, 9990.0},
    {"'environments':{'e':{'a':{'lasts':{'dist':'exponential','mean':10},'speed':1},'b':{'lasts':{'dist':'exponential','mean':5},'speed':1}}},'environment':'e','servers':4000,'arrivals':{'rate':3960},'service':{'dist':'exponential','mean':1}",
     "environment", "wait", STATISTIC_MEAN, 0.0103051736522819},
    {"'arrivals':{'mmpp':{'rates':[1e-9,1e-9],'generator':[[-0.1,0.1],[0.05,-0.05]]}},'service':{'dist':'erlang','k':2,'mean':1}",
     "map_ph", "wait", STATISTIC_MEAN, 7.5000000075e-10},
    {"'arrivals':{'mmpp':{'rates':[0.999999,0.999999],'generator':[[-0.1,0.1],[0.05,-0.05]]}},'service':{'dist':'erlang','k':2,'mean':1}",
     "map_ph", "wait", STATISTIC_MEAN, 749999.249978433},
    {"'arrivals':{'rate':1e-6},'servers':1,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1}",
     "impatience", "wait", STATISTIC_MEAN, 4.4444453703703605e-7},
    {"'arrivals':{'rate':1e-6},'servers':1,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1}",
     "impatience", "wait", STATISTIC_SD, 0.00076980041906013088},
    {"'arrivals':{'rate':1e-6},'servers':1,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1}",
     "impatience", "abandoned", STATISTIC_MEAN, 3.3333333333331111e-7},
    {"'arrivals':{'rate':2e-9},'servers':2,'patience':{'dist':'exponential','mean':0.01},'service':{'dist':'exponential','mean':1}",
     "impatience", "wait", STATISTIC_MEAN, 3.8446751173198789e-22},
    {"'arrivals':{'rate':2e-9},'servers':2,'patience':{'dist':'exponential','mean':0.01},'service':{'dist':'exponential','mean':1}",
     "impatience", "wait", STATISTIC_SD, 2.7456472208626072e-12},
    {"'arrivals':{'rate':2e-9},'servers':2,'patience':{'dist':'exponential','mean':0.01},'service':{'dist':'exponential','mean':1}",
     "impatience", "abandoned", STATISTIC_MEAN, 1.960784309842749e-18},
    {"'arrivals':{'rate':5},'servers':100,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1}",
     "impatience", "wait", STATISTIC_MEAN, 6.2396940689277344e-93},
    {"'arrivals':{'rate':5},'servers':100,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1}",
     "impatience", "wait", STATISTIC_SD, 1.1426638921365351e-47},
    {"'arrivals':{'rate':5},'servers':100,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1}",
     "impatience", "abandoned", STATISTIC_MEAN, 3.1362538507935609e-93},
    {"'arrivals':{'rate':150},'servers':100,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1},'capacity':110",
     "impatience", "wait", STATISTIC_MEAN, 0.076783148512236367},
    {"'arrivals':{'rate':150},'servers':100,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1},'capacity':110",
     "impatience", "wait", STATISTIC_SD, 0.035846954853167126},
    {"'arrivals':{'rate':150},'servers':100,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1},'capacity':110",
     "impatience", "abandoned", STATISTIC_MEAN, 0.026193930238425427},
    {"'arrivals':{'rate':150},'servers':100,'patience':{'dist':'exponential','mean':2.0},'service':{'dist':'exponential','mean':1},'capacity':110",
     "impatience", "lost", STATISTIC_MEAN, 0.30738290499897109},
    {"'arrivals':{'rate':2e-6},'servers':2,'service':{'dist':'exponential','mean':1},'balk':[0,0.2,0.4,0.6,0.8]",
     "impatience", "wait", STATISTIC_MEAN, 4.799996160002688e-13},
    {"'arrivals':{'rate':2e-6},'servers':2,'service':{'dist':'exponential','mean':1},'balk':[0,0.2,0.4,0.6,0.8]",
     "impatience", "wait", STATISTIC_SD, 6.928201844633616e-7},
    {"'arrivals':{'rate':2e-6},'servers':2,'service':{'dist':'exponential','mean':1},'balk':[0,0.2,0.4,0.6,0.8]",
     "impatience", "lost", STATISTIC_MEAN, 3.99999840000256e-7},
    {"'arrivals':{'rate':1.999998},'servers':2,'service':{'dist':'hyperexponential','mean':1,'scv':1e4}",
     "map_ph", "wait", STATISTIC_MEAN, 2500245024.3374658},
    {"'arrivals':{'mmpp':{'rates':[0.999999,0.999999],'generator':[[-1e-5,1e-5],[1e-5,-1e-5]]}},'service':{'dist':'hyperexponential','mean':1,'scv':1e4}",
     "map_ph", "wait", STATISTIC_MEAN, 5000494999.5},
    {"'arrivals':{'mmpp':{'rates':[0.999999,0.999999],'generator':[[-1e-5,1e-5],[1e-5,-1e-5]]}},'service':{'dist':'hyperexponential','mean':1,'scv':1e4}",
     "map_ph", "wait", STATISTIC_SD, 5000504999.490001},
    {"'environments':{'e':{'a':{'lasts':{'dist':'exponential','mean':10000},'speed':1},'b':{'lasts':{'dist':'exponential','mean':1000},'speed':0}}},'environment':'e','servers':2,'arrivals':{'rate':1.81818},'service':{'dist':'exponential','mean':1}",
     "environment", "wait", STATISTIC_MEAN, 91459090.071003237},
    {"'arrivals':{'rate':0.4999995,'batch':{'dist':'geometric','mean':2}},'service':{'dist':'gamma','mean':1,'scv':1e4}",
     "bulk", "wait", STATISTIC_MEAN, 5001494999.5},
    {"'arrivals':{'rate':1e-9,'batch':4},'service':1",
     "bulk", "wait", STATISTIC_MEAN, 1.500000008},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'exponential','mean':1},'vacation':{'dist':'gamma','mean':1,'scv':1e4}",
     "vacation", "wait", STATISTIC_MEAN, 1004999.5},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'exponential','mean':1},'vacation':{'time':{'dist':'gamma','mean':1,'scv':1e4},'policy':'single'}",
     "vacation", "wait", STATISTIC_MEAN, 1002500.4001698446},
    {"'arrivals':{'rate':1e-9},'service':{'dist':'exponential','mean':1},'vacation':{'time':{'dist':'uniform','min':0,'max':1e6},'policy':'single'}",
     "vacation", "wait", STATISTIC_MEAN, 166.66663889683657},
    {"'arrivals':{'rate':1e-9},'service':{'dist':'exponential','mean':1},'vacation':{'until':5}",
     "vacation", "wait", STATISTIC_MEAN, 2000000000.0},
    {"'arrivals':{'rate':1e-9},'service':{'dist':'exponential','mean':1},'setup':1e6,'keep_alive':0",
     "setup", "wait", STATISTIC_MEAN, 999500.4995005005},
    {"'arrivals':{'rate':0.999999},'service':{'dist':'exponential','mean':1},'setup':{'dist':'gamma','mean':1,'scv':1e4},'keep_alive':0",
     "setup", "wait", STATISTIC_MEAN, 1002499.7487501244},
    {"'arrivals':{'interarrival':0.01000001000001},'servers':100,'service':{'dist':'exponential','mean':1}",
     "gimc", "wait", STATISTIC_MEAN, 4999.9124241714859},
    {"'arrivals':{'interarrival':1},'servers':2,'service':{'dist':'exponential','mean':1}",
     "gimc", "wait", STATISTIC_MEAN, 0.064914222463816893},
    {"'arrivals':{'interarrival':{'dist':'gamma','mean':0.500001,'scv':1e4}},'servers':2,'service':{'dist':'exponential','mean':1}",
     "gimc", "wait", STATISTIC_MEAN, 1250126665.9998705},
    {"'arrivals':{'rate':2e-9},'servers':2,'service':1",
     "mdc", "wait", STATISTIC_MEAN, 6.66666666e-19},
    {"'arrivals':{'rate':90},'servers':100,'service':1",
     "mdc", "wait", STATISTIC_MEAN, 0.012333473708096905},
    {"'stations':{'q':{'discipline':{'name':'polling','visit':'exhaustive'}}},'tasks':{'a':{'arrivals':{'rate':0.4999995},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]},'b':{'arrivals':{'rate':0.4999995},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]}}",
     "polling", "wait", STATISTIC_MEAN, 999999.0},
    {"'stations':{'q':{'discipline':{'name':'polling','visit':'gated','switch_over':{'dist':'exponential','mean':0.1}}}},'tasks':{'a':{'arrivals':{'rate':0.4999995},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]},'b':{'arrivals':{'rate':0.4999995},'steps':[{'at':'q','for':{'dist':'exponential','mean':1}}]}}",
     "polling", "wait", STATISTIC_MEAN, 1149999.0},
    {"'arrivals':{'rate':0.999999},'discipline':'sjf','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 60801.08038332567},
    {"'arrivals':{'rate':0.999999},'discipline':'psjf','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 60805.615726089214},
    {"'arrivals':{'rate':0.999999},'discipline':'srpt','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 60800.141184466856},
    {"'arrivals':{'rate':0.999999},'discipline':'las','service':{'dist':'exponential','mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 999998.99997124434},
    {"'arrivals':{'rate':0.999},'discipline':'srpt','service':{'dist':'uniform','min':0,'max':2}",
     "sizes", "wait", STATISTIC_MEAN, 334.17729302030556},
    {"'arrivals':{'rate':0.999},'discipline':'las','service':{'dist':'uniform','min':0,'max':2}",
     "sizes", "wait", STATISTIC_MEAN, 16594.869610203997},
    {"'arrivals':{'rate':0.999999},'discipline':'srpt','service':{'dist':'pareto','alpha':1.5,'mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 16.587378646817046},
    {"'arrivals':{'rate':0.999999},'discipline':'psjf','service':{'dist':'pareto','alpha':2.5,'mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 351.85235024675133},
    {"'arrivals':{'rate':0.999999},'discipline':'las','service':{'dist':'pareto','alpha':1.5,'mean':1}",
     "sizes", "wait", STATISTIC_MEAN, 36.605221276153024},
    {"'arrivals':{'at_once':10000},'servers':'infinite','service':{'dist':'pareto','alpha':1.5,'min':1}",
     "batch", "makespan", STATISTIC_MEAN, 1243.46693516272},
    {"'arrivals':{'at_once':4},'servers':'infinite','service':{'dist':'pareto','alpha':2.1,'min':1}",
     "batch", "makespan", STATISTIC_MEAN, 3.3809454823605767},
    {"'arrivals':{'at_once':4},'servers':'infinite','service':{'dist':'pareto','alpha':2.1,'min':1}",
     "batch", "makespan", STATISTIC_SD, 8.1032479480168458},
    {"'arrivals':{'at_once':1000000},'servers':'infinite','service':{'dist':'pareto','alpha':5,'min':1}",
     "batch", "makespan", STATISTIC_MEAN, 18.451798953585553},
    {"'arrivals':{'at_once':1000000},'servers':'infinite','service':{'dist':'pareto','alpha':5,'min':1}",
     "batch", "makespan", STATISTIC_SD, 5.7964938225497435},
};

/* Here rows must not say anything. */
static const struct extreme refused[] = {
    /* Too narrow a law for the cells so near to load 1. */
    {"'arrivals':{'rate':0.999999},'discipline':'srpt','service':{'dist':'lognormal','mean':1,'scv':1e-6}", "sizes", "wait", STATISTIC_MEAN, 0.0},
    /* Tails of infinite extent. */
    {"'arrivals':{'rate':0.5},'discipline':'srpt','service':{'dist':'pareto','alpha':1.01,'mean':1}", "sizes", "wait", STATISTIC_MEAN, 0.0},
    /* No steady state. */
    {"'arrivals':{'rate':1},'service':{'dist':'exponential','mean':1}", "mmc", "wait", STATISTIC_MEAN, 0.0},
    {"'arrivals':{'interarrival':{'dist':'erlang','k':2,'mean':1}},'service':{'dist':'erlang','k':2,'mean':1}", "map_ph", "wait", STATISTIC_MEAN,
     0.0},
    /* Of no variance, or of no third moment. */
    {"'arrivals':{'rate':0.5},'service':{'dist':'pareto','alpha':2.5,'mean':1}", "mg1", "wait", STATISTIC_SD, 0.0},
};

/* With one percentile, for they take their time. */
static void ask(struct row_answer *a, const struct extreme *e)
{
    char text[1000];
    snprintf(text, sizeof text, "%s,'run':{'quantiles':[0.5]}", e->text);
    row_ask(a, e->row, text);
}

static void right_to_nine_digits(void)
{
    for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++) {
        const struct extreme *e = &extremes[i];
        struct row_answer a;
        ask(&a, e);
        const double value = row_value(&a, e->probe, e->statistic, 0.0);
        EXPECT(fabs(value - e->exact) <= 1e-9 * e->exact, "%s of %s: %s is %.15g, not %.15g%s", e->row, e->text, e->probe, value, e->exact,
               a.err.text);
        row_free(&a);
    }
}

static void or_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const struct extreme *e = &refused[i];
        struct row_answer a;
        ask(&a, e);
        const double value = row_value(&a, e->probe, e->statistic, 0.0);
        EXPECT(!isfinite(value), "%s of %s: %s is %.15g", e->row, e->text, e->probe, value);
        row_free(&a);
    }
}

/* Service or times away without variance: the mean wait is infinite, and said to be. */
static void infinite_means(void)
{
    static const struct extreme infinite[] = {
        {"'arrivals':{'rate':0.5},'service':{'dist':'pareto','alpha':1.5,'mean':1}", "mg1", "wait", STATISTIC_MEAN, INFINITY},
        {"'arrivals':{'rate':1e-9},'service':{'dist':'pareto','alpha':1.5,'mean':1}", "mg1", "response", STATISTIC_MEAN, INFINITY},
        {"'arrivals':{'rate':0.1,'batch':2},'service':{'dist':'pareto','alpha':1.5,'mean':1}", "bulk", "wait", STATISTIC_MEAN, INFINITY},
        {"'arrivals':{'rate':0.5},'service':1,'vacation':{'dist':'pareto','alpha':1.5,'mean':1}", "vacation", "wait", STATISTIC_MEAN, INFINITY},
        {"'arrivals':{'rate':0.5},'service':1,'setup':{'dist':'pareto','alpha':1.5,'mean':1},'keep_alive':0", "setup", "wait", STATISTIC_MEAN,
         INFINITY},
        {"'arrivals':{'rate':0.5},'discipline':'sjf','service':{'dist':'pareto','alpha':1.5,'mean':1}", "sizes", "wait", STATISTIC_MEAN, INFINITY},
        {"'arrivals':{'rate':0.5},'discipline':'priority','service':{'dist':'pareto','alpha':1.5,'mean':1}", "priorities", "wait", STATISTIC_MEAN,
         INFINITY},
    };
    for (size_t i = 0; i < sizeof infinite / sizeof infinite[0]; i++) {
        struct row_answer a;
        ask(&a, &infinite[i]);
        const double value = row_value(&a, infinite[i].probe, STATISTIC_MEAN, 0.0);
        EXPECT(value == INFINITY, "%s of %s: %s is %.15g %s", infinite[i].row, infinite[i].text, infinite[i].probe, value, a.err.text);
        row_free(&a);
    }
}

const struct test theory_extremes_tests[] = {
    {"right to nine digits", right_to_nine_digits},
    {"or refused", or_refused},
    {"means that diverge are infinite", infinite_means},
    {NULL, NULL},
};
