#include "model/definition_inside.h"

void check_app(struct reader *reader, const struct entry *entry, const struct app *app)
{
	(void)reader;
	(void)entry;
	(void)app;
}

void check_batch(struct reader *reader, const struct entry *entry, const struct batch *batch)
{
	(void)reader;
	(void)entry;
	(void)batch;
}

void check_set(struct reader *reader)
{
	(void)reader;
}
