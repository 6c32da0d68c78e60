/* report/calibration.h - a fit (run/calibrate.h) told to people, to programs, and to later runs. */
#ifndef REPORT_CALIBRATION_H
#define REPORT_CALIBRATION_H

#include <stdio.h>

#include "report/report.h"
#include "run/calibrate.h"

void report_calibration_text(const struct calibration *c, FILE *out);
void report_calibration_json(const struct calibration *c, FILE *out);	/* schema servesim.calibration/1 */
/* The parity chart into dir, as report_charts(). */
enum charts_status report_calibration_chart(const struct calibration *c, const char *dir, FILE *say);
/* presets/NAME.cfg: what run/preset.h reads.  Holds nothing but what follows from scenario, options and data. */
void report_preset(const struct calibration *c, FILE *out);

#endif
