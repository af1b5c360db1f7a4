/*
 * Whatever comes from AWS, files and other processes, on its way to people: the input as it is, as an answer
 * of AWS, as a fault, as a record, as a status.json that the service's user has left, through every door.
 */

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "aws/reply.h"
#include "common/journal.h"
#include "common/json.h"
#include "common/say.h"
#include "report/faults.h"
#include "report/metrics.h"
#include "report/status.h"
#include "verbs/show.h"
#include "verbs/table.h"
#include "verbs/verb.h"

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static char folder[] = "/tmp/fuzz-text-XXXXXX";

/* A character of its own check, by decoding once more; 0 at the end, aborts where there is none. */
static unsigned next_of(const char **at)
{
	const unsigned char *c = (const unsigned char *)*at;
	unsigned length = c[0] < 0x80 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
	unsigned character = length == 1 ? c[0] : c[0] & (0x7FU >> length);
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	MUST(c[0] < 0x80 || (c[0] >= 0xC2 && c[0] < 0xF5));
	for (unsigned i = 1; i < length; i++) {
		MUST((c[i] & 0xC0) == 0x80);
		character = character << 6 | (c[i] & 0x3FU);
	}
	MUST(character >= least[length] && character < 0x110000 &&
		(character < 0xD800 || character > 0xDFFF));
	*at += character ? length : 0;
	return character;
}

/* UTF-8 without a character that commands, other than those in `may`. */
static void must_be_seen(const char *text, const char *may)
{
	for (unsigned c; (c = next_of(&text));) {
		if (c < 0x80 && strchr(may, (int)c))
			continue;
		MUST(c >= 0x20 && c != 0x7F && (c < 0x80 || c > 0x9F) && c != 0x61C && c != 0x200E &&
			c != 0x200F && (c < 0x2028 || c > 0x202E) && (c < 0x2066 || c > 0x206F));
	}
}

/* What `speak` says, as one text on the heap. */
struct speech {
	FILE *to;
	char *text;
	size_t length;
};

static FILE *listen(struct speech *speech)
{
	*speech = (struct speech){ 0 };
	speech->to = open_memstream(&speech->text, &speech->length);
	if (!speech->to)
		abort();
	return speech->to;
}

/* Checks what was said: of so many lines, where the number is known. */
static void heard(struct speech *speech, const char *may, size_t lines)
{
	size_t ends = 0;

	fclose(speech->to);
	MUST(strlen(speech->text) == speech->length);
	must_be_seen(speech->text, may);
	for (const char *c = speech->text; *c; c++)
		ends += *c == '\n';
	MUST(!lines || ends == lines);
	free(speech->text);
}

static void lines(const char *text, size_t length)
{
	struct speech speech;
	char cut[64];
	struct text tidy = { 0 };

	say(listen(&speech), "a %s b %.20s\n", text, text);
	heard(&speech, "\n", 1);
	say_in(listen(&speech), RED, "%s", text);
	MUST(fflush(speech.to) == 0 && !strncmp(speech.text, "\033[31m", 5));
	memmove(speech.text, "     ", 5);
	MUST(speech.length >= 9 && !strcmp(speech.text + speech.length - 4, "\033[0m"));
	free(tidy.data);
	tidy = (struct text){ 0 };
	text_add_n(&tidy, speech.text, speech.length - 4);
	fclose(speech.to);
	free(speech.text);
	must_be_seen(text_string(&tidy), "");
	say_lines(listen(&speech), text);
	heard(&speech, "\n\t", 0);
	text_clear(&tidy);
	text_add(&tidy, text);
	text_tidy(&tidy, 64);
	MUST(tidy.length <= 64 && strlen(text_string(&tidy)) == tidy.length);
	must_be_seen(text_string(&tidy), "");
	text_free(&tidy);
	text_copy_mended(cut, sizeof cut, text);
	MUST(strlen(cut) <= length);
	for (const char *at = cut; next_of(&at);)
		;
}

static void rows(struct arena *arena, const char *text)
{
	struct table table = { .arena = arena, .columns = 2 };
	struct speech speech;

	for (int i = 0; i < 4; i++)
		table_add(&table, i % 3 ? "x" : text);
	table_print(listen(&speech), &table);
	heard(&speech, "\n", 2);
}

static void faults(const char *text)
{
	struct fault fault = { .at = { text, 1, 2 }, .message = text, .remedy = text };
	struct definitions set = { .faults = &fault, .fault_count = 1 };
	struct speech speech;

	faults_show(listen(&speech), set.faults, set.fault_count);
	heard(&speech, "\n", 1);
}

static void records(const char *text)
{
	struct journal_record record;

	journal_begin(&record, 6, text);
	journal_add(&record, "RESOURCE", text);
	for (size_t i = 0; i < record.count; i++) {
		must_be_seen(text_string(&record.fields[i]), "");
		text_free(&record.fields[i]);
	}
}

/* An error of AWS in each of its three forms, and what stands in place of an answer. */
static void answers(const char *text, size_t length)
{
	static const char *const services[] = { "events", "iam", "scheduler" };
	struct http_header headers[] = { { "x-amzn-errortype", text }, { "x-amzn-requestid", text } };
	struct http_response response = {
		.body = text, .body_length = length, .headers = headers, .header_count = 2
	};

	for (size_t i = 0; i < 6; i++) {
		struct failure failure = { 0 };
		struct speech speech;
		json_t *reply = NULL;

		response.status = i % 2 ? 400 : 200;
		if (!reply_read(service_find(services[i / 2]), "GetThing", &response, &reply, &failure)) {
			say(listen(&speech), "%s: %s\n", failure.code, failure.message);
			heard(&speech, "\n", 1);
		}
		json_decref(reply);
	}
}

/* As JSON it says the same to who reads it. */
static void read_back(const json_t *value)
{
	char *told = json_told(value);
	json_t *again = json_loads(told, JSON_DECODE_ANY, NULL);

	must_be_seen(told, "\n");
	MUST(again);
	/* Numbers are told with fifteen digits. */
	if (!strpbrk(told, ".eE"))
		MUST(json_equal(value, again));
	free(told);
	json_decref(again);
}

static void measures(const json_t *status)
{
	struct metrics *metrics = metrics_new(1800000000);
	struct text out = { 0 };

	metrics_write(metrics, status, 1, &out);
	must_be_seen(text_string(&out), "\n");
	text_free(&out);
	metrics_free(metrics);
}

static char path[sizeof folder + 16];

static void clear(void)
{
	unlink(path);
	rmdir(folder);
}

static void put_status(const json_t *status)
{
	FILE *file = fopen(path, "w");

	if (!file || json_dumpf(status, file, 0) != 0 || fclose(file) != 0)
		abort();
}

/* A status.json of a daemon that lives, this process bears its name, and with nothing to wait for. */
static void statuses(struct arena *arena, json_t *status)
{
	struct speech speech;
	FILE *standard = stdout;

	json_put(status, "version", json_integer(STATUS_VERSION));
	json_put(status, "pid", json_integer(getpid()));
	json_put(status, "reload", json_pack("{s:s}", "state", "refused"));
	put_status(status);
	for (int json = 0; json < 2; json++) {
		struct options options = { .json = json };
		struct session session = { .arena = arena, .options = &options };

		stdout = listen(&speech);
		MUST(verb_status(&session, &options) != EXIT_TROUBLE);
		stdout = standard;
		heard(&speech, "\n", 0);
	}
	measures(status);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof path, "%s/status.json", folder);
	atexit(clear);
	setenv("RUNTIME_DIRECTORY", folder, 1);
	prctl(PR_SET_NAME, "fargate-batchd");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena *arena = arena_new();
	char *text = arena_copy_n(arena, (const char *)data, size);
	size_t length = strlen(text);
	json_t *value = json_loadb(text, length, JSON_DECODE_ANY, NULL), *string = json_text(text);

	lines(text, length);
	rows(arena, text);
	faults(text);
	records(text);
	answers(text, length);
	read_back(string);
	if (value)
		read_back(value);
	if (json_is_object(value))
		statuses(arena, value);
	json_decref(value);
	json_decref(string);
	return 0;
}
