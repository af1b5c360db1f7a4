#include "common/say.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/journal.h"
#include "common/json.h"
#include "common/text.h"
#include "report/metrics.h"

#include "../check.h"

/* What comes out of the door to people. */

static FILE *out;
static char *written;
static size_t length;

/* What was said since the last time. */
static const char *said(void)
{
	static char last[512];

	fflush(out);
	snprintf(last, sizeof last, "%.*s", (int)length, written);
	rewind(out);
	return last;
}

static void lines(void)
{
	say(out, "%s: %d of %zu\n", "a", 1, (size_t)2);
	CHECK_TEXT(said(), "a: 1 of 2\n");
	say(out, "part");
	CHECK_TEXT(said(), "part");
	say(out, "\n");
	CHECK_TEXT(said(), "\n");
	say(out, "%s", "");
	CHECK_TEXT(said(), "");
	/* Nobody's text ends a line or begins one. */
	say(out, "owner %s\n", "x\nin sync: nothing to change\r\x1b[A\xc2\x9b\u202e");
	CHECK_TEXT(said(), "owner x\\nin sync: nothing to change\\r\\x1b[A\\u009b\\u202e\n");
	say(out, "%s\n", "ends\n");
	CHECK_TEXT(said(), "ends\\n\n");
	say(out, "%s", "ends\n");
	CHECK_TEXT(said(), "ends\\n");
	say_lines(out, "usage:\n\tx \x1b\n");
	CHECK_TEXT(said(), "usage:\n\tx \\x1b\n");
}

static void colours(void)
{
	say_in(out, RED, "! %s\n", "\x1b[0m");
	CHECK_TEXT(said(), "\033[31m! \\x1b[0m\033[0m\n");
	say_in(out, PLAIN, "%s", "x");
	CHECK_TEXT(said(), "x");
	say_nothing(out);
	CHECK_TEXT(said(), "\r\033[K");
}

static void objects(void)
{
	json_t *value = json_must(json_pack("{s:s}", "\x1b", "\xc2\x9b\x7f"));

	say_json(out, value);
	CHECK_TEXT(said(), "{\n  \"\\u001B\": \"\\u009B\\u007F\"\n}\n");
	json_decref(value);
}

/* In a label backslash and quote are escaped once more. */
static void labels(void)
{
	json_t *status = json_must(json_pack("{s:s, s:s}", "program", "a\"b\\c", "owner", "\n\x1b\u202e"));
	struct metrics *metrics = metrics_new(1800000000);
	CLEANUP_TEXT struct text text = { 0 };

	metrics_write(metrics, status, 1, &text);
	CHECK(strstr(text_string(&text), "{version=\"a\\\"b\\\\c\",owner=\"\\\\n\\\\x1b\\\\u202e\"} 1\n"));
	metrics_free(metrics);
	json_decref(status);
}

/* What a record that no journal takes says on standard error. */
static void records(void)
{
	char text[128] = "";
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	struct journal_record record;

	if (!file || before < 0 || dup2(fileno(file), STDERR_FILENO) < 0)
		abort();
	journal_begin(&record, 6, "a\nb\x1b");
	journal_add(&record, "RESOURCE", "x\ny\u202e");
	journal_add(&record, "BATCH", NULL);
	CHECK_NUMBER(record.count, 3);
	CHECK_TEXT(text_string(&record.fields[0]), "MESSAGE=a\\nb\\x1b");
	CHECK_TEXT(text_string(&record.fields[2]), "RESOURCE=x\\ny\\u202e");
	journal_send(&record);
	CHECK(pread(fileno(file), text, sizeof text - 1, 0) > 0);
	dup2(before, STDERR_FILENO);
	CHECK_TEXT(text, "a\\nb\\x1b\n");
	fclose(file);
}

int main(void)
{
	out = open_memstream(&written, &length);
	if (!out)
		abort();
	unsetenv("JOURNAL_STREAM");
	lines();
	colours();
	objects();
	labels();
	records();
	fclose(out);
	free(written);
	return check_end();
}
