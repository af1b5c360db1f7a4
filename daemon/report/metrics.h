#ifndef DAEMON_REPORT_METRICS_H
#define DAEMON_REPORT_METRICS_H

/*
 * metrics.prom: gauges and counters of the daemon's life in the Prometheus text format 0.0.4, for
 * node_exporter's textfile collector. Counters go on over reloads; they begin at zero with the process.
 */

#include "common/text.h"
#include "pass/pass.h"

struct metrics;

struct metrics *metrics_new(time_t now);
struct metrics *metrics_free(struct metrics *metrics);

/* A new way to AWS: its counters begin at zero again. Called after what the old one counted was taken over.
 */
void metrics_new_client(struct metrics *metrics);
void metrics_reload(struct metrics *metrics, bool accepted, time_t now);

/* A pass has ended; `status` is what status.json says of it. */
void metrics_pass(struct metrics *metrics, const struct pass *pass, const json_t *status);

/* The whole text, from what status.json says and what was counted. */
void metrics_write(const struct metrics *metrics, const json_t *status, time_t now, struct text *out);

#endif
