#include "shared.h"

#include <string.h>

#include "common/text.h"

/* A site that hears the answer. */
struct rider {
	struct rider *next;
	struct line line;
	const struct view *view;
	struct subject subject;
	call_page *page;
	call_done *done;
	void *data;
};

/* A call under way, with the one that asks it first among those who hear it. */
struct flight {
	struct flight *next;
	struct shared *shared;
	const struct reading *reading;
	struct rider *riders, **end;
	bool begun; /* a page has come */
};

static void board(struct flight *flight, const struct rider *rider)
{
	struct rider *own = arena_alloc(flight->shared->arena, sizeof *own);

	*own = *rider;
	own->next = NULL;
	*flight->end = own;
	flight->end = &own->next;
}

static struct flight *find_flight(
	const struct shared *shared, const struct reading *reading, const struct rider *rider)
{
	struct flight *flight = shared->flights;

	while (flight &&
		(flight->begun || flight->reading != reading ||
			text_compare(flight->riders->view->site->account, rider->view->site->account) != 0 ||
			strcmp(flight->riders->subject.name, rider->subject.name) != 0))
		flight = flight->next;
	return flight;
}

static void land(struct flight *flight)
{
	struct flight **place = &flight->shared->flights;

	while (*place != flight)
		place = &(*place)->next;
	*place = flight->next;
}

/* As long as one of them wants more. */
static bool hear_page(const json_t *reply, void *data)
{
	struct flight *flight = data;
	bool more = false;

	flight->begun = true;
	for (struct rider *rider = flight->riders; rider; rider = rider->next)
		more |= rider->page(reply, rider->data);
	return more;
}

static bool holds_for_all(const struct call_result *result)
{
	return result->ok || result->failure.class == FAILURE_NOT_FOUND ||
	       result->failure.class == FAILURE_CANCELLED;
}

static void hear_end(const struct call_result *result, void *data)
{
	struct flight *flight = data;
	const struct identity *asked = flight->riders->line.identity;

	land(flight);
	/* With the last answer the pass may end, and all that is its own with it. */
	for (struct rider *rider = flight->riders, *next; rider; rider = next) {
		next = rider->next;
		if (holds_for_all(result) || rider->line.identity == asked)
			rider->done(result, rider->data);
		else
			shared_ask(flight->shared, &rider->line, rider->view, flight->reading,
				&rider->subject, rider->page, rider->done, rider->data);
	}
}

void shared_ask(struct shared *shared, const struct line *line, const struct view *view,
	const struct reading *reading, const struct subject *subject, call_page *page, call_done *done,
	void *data)
{
	const struct rider rider = { NULL, *line, view, *subject, page, done, data };
	struct flight *flight;

	if (!reading->global) {
		ask_reading(line, view, reading, subject, page, done, data);
		return;
	}
	flight = find_flight(shared, reading, &rider);
	if (flight) {
		board(flight, &rider);
		return;
	}
	flight = arena_alloc(shared->arena, sizeof *flight);
	*flight = (struct flight){ .next = shared->flights, .shared = shared, .reading = reading };
	flight->end = &flight->riders;
	board(flight, &rider);
	shared->flights = flight;
	ask_reading(&flight->riders->line, view, reading, subject, hear_page, hear_end, flight);
}
