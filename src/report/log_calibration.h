/* report/log_calibration.h - a fit to a server's log (run/logcalibrate.h) told to people, to programs, and to later runs. */
#ifndef REPORT_LOG_CALIBRATION_H
#define REPORT_LOG_CALIBRATION_H

#include <stdio.h>

#include "report/report.h"
#include "run/logcalibrate.h"

void report_log_calibration_text(const struct log_calibration *c, FILE *out);
/* schema servesim.log-calibration/1: the keys of servesim.log/1 under "log", and more */
void report_log_calibration_json(const struct log_calibration *c, FILE *out);
/* presets/NAME.cfg with the parameters that the log tells, cut at zero. */
void report_log_preset(const struct log_calibration *c, FILE *out);
/* The log's windows and the line through them, steps.svg and .png; as report_charts(). */
enum charts_status report_log_calibration_chart(const struct log_calibration *c, const char *dir, FILE *say);
size_t report_log_told(const struct log_calibration *c);	/* how many those are */

#endif
