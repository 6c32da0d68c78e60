/* message.c - MPI, or nothing. */
#include "config.h"

#include "message.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"

#ifdef HAVE_MPI
#include <limits.h>
#include <mpi.h>

static bool joined(void)
{
	int yes = 0;

	MPI_Initialized(&yes);
	return yes != 0;
}

/* A program that nobody launched with mpirun starts no MPI: it would take a tenth of a second, and run
 * daemons. */
void message_join(void)
{
	static const char *const launcher[] = { "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK" };
	int provided;

	for (size_t i = 0; i < sizeof(launcher) / sizeof(launcher[0]); i++) {
		if (!getenv(launcher[i]) || joined())
			continue;
		MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
		BUG_ON(provided < MPI_THREAD_FUNNELED);
	}
}

void message_leave(void)
{
	if (joined())
		MPI_Finalize();
}

int message_ranks(void)
{
	int n = 1;

	if (joined())
		MPI_Comm_size(MPI_COMM_WORLD, &n);
	return n;
}

int message_self(void)
{
	int self = 0;

	if (joined())
		MPI_Comm_rank(MPI_COMM_WORLD, &self);
	return self;
}

void message_send(int to, const void *data, size_t bytes)
{
	BUG_ON(bytes > INT_MAX);
	MPI_Send(data, (int)bytes, MPI_BYTE, to, 0, MPI_COMM_WORLD);
}

char *message_poll(int *from, size_t *bytes)
{
	MPI_Status status;
	int there = 0, n = 0;
	char *data;

	if (message_ranks() == 1)
		return NULL;
	MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
	if (!there)
		return NULL;
	MPI_Get_count(&status, MPI_BYTE, &n);
	data = xcalloc((size_t)n + 1, 1);
	MPI_Recv(data, n, MPI_BYTE, status.MPI_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
	*from = status.MPI_SOURCE;
	*bytes = (size_t)n;
	return data;
}

bool message_same(uint64_t number)
{
	uint64_t mine[2] = { number, ~number }, least[2] = { number, ~number };

	if (joined())
		MPI_Allreduce(mine, least, 2, MPI_UINT64_T, MPI_MIN, MPI_COMM_WORLD);
	return least[0] == ~least[1];
}

#else

void message_join(void)
{
}

void message_leave(void)
{
}

int message_ranks(void)
{
	return 1;
}

int message_self(void)
{
	return 0;
}

void message_send(int to, const void *data, size_t bytes)
{
	(void)to;
	(void)data;
	(void)bytes;
	BUG("there is nobody to send to");
}

char *message_poll(int *from, size_t *bytes)
{
	(void)from;
	(void)bytes;
	return NULL;
}

bool message_same(uint64_t number)
{
	(void)number;
	return true;
}

#endif
