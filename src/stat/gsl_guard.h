/* stat/gsl_guard.h - an error inside GSL is a bug of ours.
 *
 * Input is validated before it gets near GSL, so a domain error there cannot
 * be the user's fault.  main() installs the guard first thing; without it GSL
 * would abort too, but without saying where the simulation was.
 */
#ifndef STAT_GSL_GUARD_H
#define STAT_GSL_GUARD_H

void gsl_guard_install(void);

#endif
