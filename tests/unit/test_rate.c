#include "aws/rate.h"
#include "aws/retry.h"

#include "../check.h"

static void a_pass_goes_at_once(void)
{
	struct rate rate = rate_new(20);
	int taken = 0;

	while (taken < 5000 && rate_take(&rate, 100) == 0)
		taken++;
	CHECK_NUMBER(taken, 1000);
	CHECK(rate_wait(&rate, 100) > 0.04 && rate_wait(&rate, 100) < 0.06);
	/* A quiet time fills it again. */
	CHECK(rate_take(&rate, 100 + 60) == 0);
	CHECK(rate.tokens >= 999 && rate.tokens <= 1200);
}

static void throttling_slows(void)
{
	struct rate rate = rate_new(20);
	double before;

	CHECK(rate_take(&rate, 100) == 0);
	rate_answered(&rate, 100.1, 100, true);
	CHECK(rate_wait(&rate, 100.1) > 0.04 && rate_wait(&rate, 100.1) < 0.06);
	/* Others that left before tell nothing new. */
	for (int i = 0; i < 19; i++)
		rate_answered(&rate, 100.1, 100, true);
	CHECK(rate.now_rate == 20);
	rate_answered(&rate, 100.5, 100.2, false);
	rate_answered(&rate, 101, 100.9, true);
	CHECK(rate.now_rate > 17 && rate.now_rate < 17.3);
	rate_answered(&rate, 101.05, 101.01, true);
	CHECK(rate.now_rate > 10 && rate.now_rate < 10.5);
	before = rate.now_rate;
	rate_answered(&rate, 101.1, 101, false);
	CHECK(rate.now_rate > before && rate.now_rate < before + 0.3);
	/* Never to a stop. */
	for (int i = 0; i < 200; i++)
		rate_answered(&rate, 102 + i, 101.9 + i, true);
	CHECK(rate.now_rate > 0.09 && rate_wait(&rate, 301.95) < 11);
}

static void forgets(void)
{
	struct rate rate = rate_new(20);

	rate_answered(&rate, 100, 99.9, true);
	rate_answered(&rate, 101, 100.9, true);
	CHECK(rate_wait(&rate, 102) == 0);
	CHECK(rate.tokens < 6);
	CHECK(rate_wait(&rate, 170) == 0);
	CHECK(rate.tokens > 100);
	CHECK(rate_wait(&rate, 400) == 0);
	CHECK(rate.tokens == 1000);
	CHECK(rate.now_rate == 20);
}

static void a_clock_set_back(void)
{
	struct rate rate = rate_new(20);

	rate_answered(&rate, 10000, 9999, true);
	CHECK(rate_wait(&rate, 10000) > 0);
	CHECK(rate_wait(&rate, 5000) < 1);
	CHECK(rate_wait(&rate, 5001) == 0);
	/* And it still learns. */
	rate_answered(&rate, 5002, 5001.9, true);
	rate_answered(&rate, 5003, 5002.9, true);
	CHECK(rate.now_rate < 20);
}

static void what_a_person_set(void)
{
	struct rate rate = rate_fixed(5);
	int taken = 0;

	while (rate_take(&rate, 100) == 0)
		taken++;
	CHECK_NUMBER(taken, 5);
	CHECK(rate_wait(&rate, 100) > 0.19 && rate_wait(&rate, 100) < 0.21);
	for (int i = 0; i < 100; i++)
		rate_answered(&rate, 101 + i, 100 + i, i % 10 == 0);
	CHECK(rate.now_rate <= 5);
}

static void registration_grows_slowly(void)
{
	struct rate rate = rate_careful(1);

	rate_answered(&rate, 100, 99, true);
	CHECK(rate.now_rate == 1);
	for (int i = 0; i < 10; i++)
		rate_answered(&rate, 101 + i, 100.5 + i, false);
	CHECK(rate.now_rate > 2.1 && rate.now_rate < 2.3);
	/* What was too fast once is come near to in small steps. */
	rate_answered(&rate, 112, 111.5, true);
	rate_answered(&rate, 114, 113.5, false);
	rate_answered(&rate, 115, 114.5, false);
	double near = rate.now_rate;
	rate_answered(&rate, 116, 115.5, false);
	CHECK(rate.now_rate - near < 0.05);
}

static void delays(void)
{
	uint64_t random = 1;
	double longest[4] = { 0 }, sum = 0;

	for (int i = 0; i < 10000; i++) {
		for (unsigned attempt = 1; attempt <= 3; attempt++) {
			double delay = retry_delay(&random, RETRY_TRANSIENT, attempt, NULL);

			CHECK(delay >= 0);
			if (delay > longest[attempt])
				longest[attempt] = delay;
		}
		sum += retry_delay(&random, RETRY_THROTTLED, 1, NULL);
	}
	CHECK(longest[1] > 0.045 && longest[1] <= 0.05);
	CHECK(longest[2] > 0.09 && longest[2] <= 0.1);
	CHECK(longest[3] > 0.18 && longest[3] <= 0.2);
	CHECK(sum / 10000 > 0.45 && sum / 10000 < 0.55);
	CHECK(retry_delay(&random, RETRY_THROTTLED, 60, NULL) <= 20);
	CHECK(retry_delay(&random, RETRY_TRANSIENT, 1, "3000") == 3);
	CHECK(retry_delay(&random, RETRY_TRANSIENT, 1, "3600000") <= 5.05);
	CHECK(retry_delay(&random, RETRY_TRANSIENT, 1, "rubbish") <= 0.05);
	CHECK(retry_delay(&random, RETRY_TRANSIENT, 1, "-5") >= 0);
	CHECK(retry_delay(&random, RETRY_TRANSIENT, 1, "nan") <= 0.05);
}

static void bucket(void)
{
	struct retry_bucket tokens = retry_bucket_new();
	double spent = 0;
	int retries = 0;

	while (retry_allowed(&tokens, RETRY_TRANSIENT, &spent))
		retries++;
	CHECK_NUMBER(retries, 500 / 14);
	CHECK(!retry_allowed(&tokens, RETRY_TRANSIENT, &spent));
	CHECK(retry_allowed(&tokens, RETRY_THROTTLED, &spent));
	retry_succeeded(&tokens, 14);
	CHECK(retry_allowed(&tokens, RETRY_TRANSIENT, &spent));
	for (int i = 0; i < 1000; i++)
		retry_succeeded(&tokens, 0);
	CHECK(tokens.tokens == 500);
}

int main(void)
{
	a_pass_goes_at_once();
	throttling_slows();
	forgets();
	a_clock_set_back();
	what_a_person_set();
	registration_grows_slowly();
	delays();
	bucket();
	return check_end();
}
