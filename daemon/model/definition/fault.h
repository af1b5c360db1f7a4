#ifndef DAEMON_MODEL_DEFINITION_FAULT_H
#define DAEMON_MODEL_DEFINITION_FAULT_H

/* What is wrong in a file that people write: where it stands, what it is, what to write instead. */

#include <stdbool.h>

/* Where something stands; line and column are 1-based. */
struct position {
	const char *file;
	unsigned line, column;
};

struct fault {
	struct position at;
	const char *message; /* what is wrong */
	const char *remedy; /* what to write instead */
	bool warning; /* told, but no reason to refuse the file */
	bool rest; /* stands for those that are not told, behind all others */
};

/* So many faults are told one by one, and as many warnings; then only how many more there are. */
enum { FAULTS_TOLD = 200 };

#endif
