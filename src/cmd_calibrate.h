/* cmd_calibrate.h - the parts of `servesim calibrate`. */
#ifndef CMD_CALIBRATE_H
#define CMD_CALIBRATE_H

#include "options.h"

int calibrate_log(const struct options *o);	/* --engine-log was given; returns the exit code */

#endif
