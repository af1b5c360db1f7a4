#include "last_words.h"

#include <stdio.h>
#include <stdlib.h>

void say_and_abort(const char *why)
{
	fputs(why, stderr);
	fputc('\n', stderr);
	abort();
}
