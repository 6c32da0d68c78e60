## Benchmarks: `make bench`.  Never part of check: a machine's speed is not a fact about the code.
