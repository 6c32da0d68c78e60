/* core/pass.c - names of what a pass is made of, in enum order. */
#include "config.h"

#include "core/pass.h"

const char *const pass_kind_name[PASS_KINDS] = {
	[PASS_PREFILL] = "prefill",
	[PASS_DECODE] = "decode",
	[PASS_MIXED] = "mixed",
};

const char *const pass_part_name[PASS_PARTS] = {
	[PART_LINEAR] = "linear",
	[PART_ATTENTION] = "attention",
	[PART_OTHER] = "other",
	[PART_SAMPLING] = "sampling",
	[PART_COMMUNICATION] = "communication",
	[PART_LAUNCH] = "launch",
};

const char *const pass_wait_name[PASS_WAITS] = {
	[WAIT_UNKNOWN] = "unknown",
	[WAIT_MEMORY] = "memory",
	[WAIT_SLOTS] = "slots",
	[WAIT_BUDGET] = "budget",
};
