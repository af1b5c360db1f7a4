#include "pauses.h"

/* Long enough to spare the account's quota where hundreds of batches wait for one role. */
#define FIRST_SECONDS   1.0
#define LONGEST_SECONDS 16.0

static bool is_news(struct pauses *all, const struct passing *cause)
{
	for (size_t i = 0; i < all->cause_count; i++)
		if (all->causes[i] == cause)
			return false;
	arena_grow(all->arena, &all->causes, sizeof *all->causes, all->cause_count, &all->cause_capacity);
	all->causes[all->cause_count++] = cause;
	return true;
}

static void tell(struct pause *pause, const struct resource *what, const struct passing *cause,
	const struct call_result *result, double left)
{
	struct pauses *all = pause->all;
	struct wait wait = {
		.what = what,
		.until = cause->until,
		.said = pause->said,
		.error_code = result->failure.code,
		.most = left,
		.news = is_news(all, cause),
	};

	if (all->waits)
		all->waits(&wait, all->data);
}

static void over(void *data)
{
	struct pause *pause = data, **place = &pause->all->first;

	while (*place != pause)
		place = &(*place)->next;
	*place = pause->next;
	pause->again(pause->data);
}

static double next_seconds(const struct pause *pause, double left)
{
	double seconds = pause->seconds > 0 ? pause->seconds * 2 : FIRST_SECONDS;

	if (seconds > LONGEST_SECONDS)
		seconds = LONGEST_SECONDS;
	return seconds < left ? seconds : left;
}

bool pause_before(struct pauses *all, struct pause *pause, const struct resource *what,
	const struct call_result *result, bool new_role, void (*again)(void *data), void *data)
{
	const struct passing *cause =
		passing_find(result->service, result->operation, &result->failure, new_role);
	double left;

	if (result->ok || !cause || all->stopped)
		return false;
	left = cause->seconds - pause->waited;
	if (left <= 0)
		return false;
	pause->all = all;
	pause->seconds = next_seconds(pause, left);
	pause->waited += pause->seconds;
	pause->said = ask_failure(all->arena, result);
	pause->again = again;
	pause->data = data;
	pause->next = all->first;
	all->first = pause;
	tell(pause, what, cause, result, left);
	all->transport->after(all->transport, pause->seconds, over, pause);
	return true;
}

void pauses_stop(struct pauses *all)
{
	all->stopped = true;
	for (struct pause *pause = all->first; pause; pause = pause->next) {
		all->transport->forget(all->transport, pause);
		all->transport->after(all->transport, 0, over, pause);
	}
}
