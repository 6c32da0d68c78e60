## The program: all but main.c in a library, so that tests link with it.
## One module a line, in the folder's section; folders bottom to top as in src/LAYERS.

noinst_LIBRARIES += libservesim.a
libservesim_a_SOURCES =
EXTRA_DIST += src/LAYERS

## base
libservesim_a_SOURCES += src/base/hash.h

## core
libservesim_a_SOURCES += src/core/probe.h

## stat

## config

## work

## cost

## kv

## policy

## engine

## run

## report

## commands

bin_PROGRAMS += servesim
servesim_SOURCES = src/main.c
servesim_LDADD = $(SIM_LIBS)
