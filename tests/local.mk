## Tests.  A C test of module NAME is tests/check_NAME.c, written with Check: one line below.
## A shell test is tests/NAME.test: one line below; it exits 0, or 77 for "skipped".

LDADD = $(SIM_LIBS) $(CHECK_LIBS)	# every program that does not say otherwise

AM_TESTS_ENVIRONMENT = \
	LC_ALL=C; export LC_ALL; \
	srcdir='$(srcdir)'; export srcdir; \
	SERVESIM_DATA='$(abs_srcdir)'; export SERVESIM_DATA; \
	SERVESIM='$(abs_builddir)/servesim$(EXEEXT)'; export SERVESIM; \
	GNUPLOT='$(GNUPLOT)'; export GNUPLOT;
TEST_EXTENSIONS = .test
TEST_LOG_COMPILER = $(SHELL)

### Programs that a person runs too: built by `make`, need no Check

### Check programs

if HAVE_CHECK
## base

## core

## stat

## config

## work

## cost

## kv

## policy

## engine

## run

## report
endif

### Shell tests

dist_check_SCRIPTS =

### Data of the tests

TESTS = $(check_PROGRAMS) $(dist_check_SCRIPTS)
