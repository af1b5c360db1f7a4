#include "table.h"

#include "common/say.h"
#include "common/text.h"

void table_add(struct table *table, const char *cell)
{
	CLEANUP_TEXT struct text seen = { 0 };

	arena_grow(table->arena, &table->cells, sizeof *table->cells, table->count, &table->capacity);
	text_add_visible(&seen, cell && *cell ? cell : "-", "");
	table->cells[table->count++] = arena_copy(table->arena, text_string(&seen));
}

static size_t width_of(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < table->count; i += table->columns) {
		size_t columns = text_columns(table->cells[i]);

		width = columns > width ? columns : width;
	}
	return width;
}

void table_print(FILE *file, const struct table *table)
{
	size_t *widths = arena_alloc(table->arena, (table->columns + 1) * sizeof *widths);

	for (size_t c = 0; c < table->columns; c++)
		widths[c] = width_of(table, c);
	/* A table without columns has no rows. */
	for (size_t i = 0; table->columns && i < table->count; i++) {
		size_t column = i % table->columns;
		bool last = column + 1 == table->columns;

		if (last)
			say(file, "%s\n", table->cells[i]);
		else
			say(file, "%s%*s", table->cells[i],
				(int)(widths[column] + 2 - text_columns(table->cells[i])), "");
	}
}
