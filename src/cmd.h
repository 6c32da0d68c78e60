/* cmd.h - the commands: each takes its own arguments (argv[0] is the command) and returns the exit code. */
#ifndef CMD_H
#define CMD_H

/* Exit codes, stable for scripts. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_BAD_INPUT = 2, EXIT_CANNOT_RUN = 3 };

int cmd_run(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_calibrate(int argc, char **argv);
int cmd_launch(int argc, char **argv);
int cmd_sweep(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_cache(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_tune(int argc, char **argv);

#endif
