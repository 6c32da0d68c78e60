/* stat/power.h - what a few single runs a side could see of a difference between two
 * configurations.
 *
 * Runs are independent, normal, with standard deviations sd_a and sd_b; `difference` is between
 * their true means, not 0.
 */
#ifndef STAT_POWER_H
#define STAT_POWER_H

#include <stddef.h>

/* Probability that one run of each shows the right sign: Phi(|difference| / sqrt(sd_a^2 + sd_b^2)). */
double power_right_sign(double difference, double sd_a, double sd_b);

/* Runs a side with which a two-sided t test at 5% finds the difference with probability `power`
 * (0.5 to 1): the smallest n with n >= (z(0.975) + z(power))^2 (sd_a^2 + sd_b^2) / difference^2
 * (Chow, Shao, Wang: Sample Size Calculations in Clinical Research, 2008, section 3.2.1), where for
 * an unknown spread t with 2n - 2 degrees of freedom stands for z (NIST/SEMATECH e-Handbook of
 * Statistical Methods, 7.2.2.2).  At least 2, at most `most`. */
size_t power_runs(double difference, double sd_a, double sd_b, double power, size_t most);

#endif
