#ifndef DAEMON_REPORT_MESSAGES_H
#define DAEMON_REPORT_MESSAGES_H

/* Every record of the daemon: its id, its priority, what it is about. The one table that journal and catalog
 * share. */

#include <stddef.h>
#include <syslog.h>

#include "common/macros.h"

/* MESSAGE(name, id, priority, subject). Ids are random, once given never changed. */
#define MESSAGES \
	MESSAGE(START, "9b0f5600172f47b0a724237339d06829", LOG_INFO, "The daemon has started") \
	MESSAGE(DEGRADED, "efca00aa7bd74550a84c63e7ef47d4e6", LOG_ERR, \
		"The daemon runs on the last good definitions") \
	MESSAGE(STOPPING, "b8fa89036eff4037bca56dd6460ae407", LOG_INFO, "The daemon is stopping") \
	MESSAGE(RELOADED, "e3732868e3eb40608142c5c6928c1d63", LOG_INFO, "New definitions are in force") \
	MESSAGE(RELOAD_REFUSED, "ee9ed87c523c4d1c90a233845581adc2", LOG_ERR, "The reload was refused") \
	MESSAGE(FAULT, "df13abdb3957498db9eebdc29eb5ddb6", LOG_ERR, "A definition or setting is wrong") \
	MESSAGE(WARNING, "a6c988e8f16c4c1099cad7af3ef4d676", LOG_WARNING, "A definition deserves a look") \
	MESSAGE(CHANGED, "64d1c82f9d9e47088e0735ad6391bd49", LOG_INFO, "A resource was changed") \
	MESSAGE(IMAGE, "a629c1547f9fbcb82969dc580dbdee62", LOG_INFO, "Batches move to another image") \
	MESSAGE(DRIFT, "a2c1cfc5813c4666a4ccb7601b307f3d", LOG_NOTICE, \
		"A resource was changed outside and put back") \
	MESSAGE(CHANGE_FAILED, "ba56b038b2bf4ab0acd3e12771876bec", LOG_ERR, "A change failed") \
	MESSAGE(CONFLICT, "bd654beadf864bfb803036a3fafdabb5", LOG_ERR, "A name is taken by somebody else") \
	MESSAGE(BLOCKED, "1655c14d8d774713af5a03972aa1bb03", LOG_ERR, \
		"Something a batch needs is missing or could not be read") \
	MESSAGE(HELD, "a667e702fdb448468b08e7d13359c6cb", LOG_ERR, "Removals wait for approval") \
	MESSAGE(APPROVED, "4ad1278add0f48278c2faddb9904b7af", LOG_NOTICE, \
		"A person has approved removals, and they are carried out") \
	MESSAGE(FIGHT, "11a64a210985413aa623abd19fed0dc7", LOG_ERR, "A field keeps being changed outside") \
	MESSAGE(DIFFERS, "6bf3af152def49adabd3677b3a6a096d", LOG_WARNING, \
		"Something differs and may not be written") \
	MESSAGE(SITE_FAILED, "03326bd22048437caca4fa345190111b", LOG_ERR, \
		"An account or region could not be read") \
	MESSAGE(INCOMPLETE, "b88fd28c588242d08b6c0f1efe46b201", LOG_WARNING, \
		"A reading was not complete, so nothing is deleted") \
	MESSAGE(STATE_FAILED, "12f87774425f4c398f2d1f35c51a7b53", LOG_ERR, \
		"A file of the daemon could not be written") \
	MESSAGE(STATE_DAMAGED, "02a3e4b20f24433db73733d449aee1c8", LOG_ERR, \
		"A file of the state directory was passed over") \
	MESSAGE(CLOCK, "91af5aaede154ee8b77ff84402d09eee", LOG_WARNING, "This machine's clock is wrong") \
	MESSAGE(WAITING, "0dbe9bbe11b04521b674c8c7f4b4a56a", LOG_NOTICE, \
		"A batch has left and waits in its grace") \
	MESSAGE(NOTE, "1295968f47894406bfde657db1add6f2", LOG_NOTICE, \
		"Something is as no write can mend it") \
	MESSAGE(NOT_YET, "a39fc0f44db74ee8b7359a7b41b33ed8", LOG_INFO, "AWS does not take a change yet") \
	MESSAGE(ENDED, "4fbeaf33543f496bad040c6861d67081", LOG_NOTICE, "A trouble has ended") \
	MESSAGE(PASS, "8a6e25e600af4731b4c684eafabce8ac", LOG_INFO, "A pass has ended")

enum message {
#define MESSAGE(name, id, priority, subject) MESSAGE_##name,
	MESSAGES
#undef MESSAGE
};

/* A field of a record beside MESSAGE, MESSAGE_ID and PRIORITY; one without a value is left out. */
struct message_field {
	const char *name, *value;
};

/* Sends one record: natively to the journal, or as a line to standard error where nobody collects it. */
void message_send(enum message message, const struct message_field *fields, size_t count, const char *format,
	...) PRINTF_LIKE(4, 5);

#endif
