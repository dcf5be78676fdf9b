/*
 * A patch: the states of PROTOCOL.md around a ring, and a front end that only pretends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/random/random.h>
#include <zephyr/settings/settings.h>

#include "patch_service.h"

LOG_MODULE_REGISTER(patch);

#define RATE_MILLIHERTZ 250000
#define FRAME_SAMPLES 50
#define FRAME_MS 200
#define RING_SLOTS 300 /* a minute */
#define MAX_WAITING_SAMPLES 500
#define FORGET_AFTER K_MINUTES(5)

static K_MUTEX_DEFINE(lock); /* around all that follows */
static bl_ring_mark marks[RING_SLOTS];
static int16_t storage[RING_SLOTS * FRAME_SAMPLES];
static bl_ring ring;
static bl_backfill backfill;
static bl_start session;
static bool streaming;
static bool subscribed;
static uint32_t live_next;
static uint32_t dropped;
static uint32_t high_water;

static K_SEM_DEFINE(something_to_send, 0, 1);

/** 32,768 a second, never set. */
static uint32_t ticks_now(void)
{
	return (uint32_t)((uint64_t)k_uptime_ticks() * BL_TICKS_PER_SECOND / CONFIG_SYS_CLOCK_TICKS_PER_SEC);
}

/** Counts what waited as dropped, and goes on with what comes next. */
static void give_up_waiting(uint32_t keep)
{
	uint32_t waiting = ring.next_index - live_next;

	if (waiting > keep) {
		dropped += waiting - keep;
		live_next = ring.next_index - keep;
	}
}

/* ---- Front end --------------------------------------------------------------------------------------- */

/**
 * Stands in for a front end's driver: two hundred milliseconds of a triangle a second. A real one takes the
 * samples from the chip's queue, and its ticks in the interrupt of the first of them.
 */
static void acquire(struct k_work *work)
{
	int16_t samples[FRAME_SAMPLES];

	ARG_UNUSED(work);
	k_mutex_lock(&lock, K_FOREVER);
	if (streaming) {
		for (int i = 0; i < FRAME_SAMPLES; i++) {
			int32_t phase = (int32_t)((ring.next_index + (uint32_t)i) % 250);
			samples[i] = (int16_t)(phase < 20 ? 50 * phase : phase < 40 ? 50 * (40 - phase) : 0);
		}
		uint32_t first_ticks = ticks_now() - BL_TICKS_PER_SECOND * FRAME_MS / 1000;
		bl_ring_put(&ring, 0, first_ticks, samples, FRAME_SAMPLES);
		if (subscribed) {
			high_water = MAX(high_water, ring.next_index - live_next);
			give_up_waiting(MAX_WAITING_SAMPLES);
		} else {
			give_up_waiting(0);
		}
	}
	k_mutex_unlock(&lock);
	k_sem_give(&something_to_send);
}
static K_WORK_DEFINE(acquire_work, acquire);

static void frame_is_due(struct k_timer *timer)
{
	ARG_UNUSED(timer);
	k_work_submit(&acquire_work);
}
static K_TIMER_DEFINE(frame_timer, frame_is_due, NULL);

/* ---- Info and status --------------------------------------------------------------------------------- */

static void fill_info(bl_info *info)
{
	*info = (bl_info){
		.major = BL_MAJOR,
		.minor = BL_MINOR,
		.capabilities = BL_CAN_BACKFILL | BL_CAN_TIME_PING | BL_CAN_DELTA_PACK,
		.nanovolts_per_unit = 1000,
		.rate_count = 1,
		.rates = {RATE_MILLIHERTZ},
		.ring_depth = RING_SLOTS * FRAME_SAMPLES,
		.model = "Zephyr sample",
		.serial = "0000",
	};
}

static void fill_status_locked(bl_status *status)
{
	*status = (bl_status){
		.major = BL_MAJOR,
		.minor = BL_MINOR,
		.battery = BL_UNKNOWN_BATTERY,
		.flags = streaming ? BL_STATUS_STREAMING : 0,
		.session = session.session,
		.centidegrees = BL_UNKNOWN_TEMPERATURE,
		.samples_dropped = dropped,
		.ring_high_water = high_water,
	};
}

static void fill_status(bl_status *status)
{
	k_mutex_lock(&lock, K_FOREVER);
	fill_status_locked(status);
	k_mutex_unlock(&lock);
}

static void tell_status(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(status_work, tell_status);

/** At once when called for a change; goes on once a second while streaming. */
static void tell_status(struct k_work *work)
{
	bl_status status;

	ARG_UNUSED(work);
	fill_status(&status);
	patch_service_send_status(&status);
	if ((status.flags & BL_STATUS_STREAMING) != 0) {
		k_work_schedule(&status_work, K_SECONDS(1));
	}
}

/* ---- Control ----------------------------------------------------------------------------------------- */

static uint8_t start(const bl_start *wanted, bl_answer *answer)
{
	uint8_t samples = wanted->samples_per_frame == 0 ? FRAME_SAMPLES : wanted->samples_per_frame;

	/* The pretended front end delivers frames of one size and rate. */
	if (wanted->rate_number != 0 || samples != FRAME_SAMPLES) {
		return BL_NOT_SUPPORTED;
	}
	if (streaming) {
		return BL_ALREADY_STREAMING;
	}
	if (backfill.active) {
		return BL_BUSY;
	}
	if (!subscribed) {
		return BL_NOT_SUBSCRIBED;
	}
	if (patch_service_mtu() < bl_mtu_needed(samples)) {
		answer->as.mtu_needed = bl_mtu_needed(samples);
		return BL_MTU_TOO_SMALL;
	}
	session = (bl_start){.format = wanted->format, .samples_per_frame = samples, .session = session.session + 1};
	bl_ring_begin(&ring, &session);
	live_next = dropped = high_water = 0;
	streaming = true;
	k_timer_start(&frame_timer, K_MSEC(FRAME_MS), K_MSEC(FRAME_MS));
	answer->as.start = session;
	return BL_SUCCESS;
}

static uint8_t stop(void)
{
	if (!streaming) {
		return BL_NOT_STREAMING;
	}
	give_up_waiting(0);
	streaming = false;
	k_timer_stop(&frame_timer);
	return BL_SUCCESS;
}

static void begin_backfill(const bl_request *request, bl_answer *answer)
{
	if (backfill.active) {
		answer->code = BL_BUSY;
	} else if (!subscribed) {
		answer->code = BL_NOT_SUBSCRIBED;
	} else if (patch_service_mtu() < bl_mtu_needed(FRAME_SAMPLES)) {
		answer->code = BL_MTU_TOO_SMALL;
		answer->as.mtu_needed = bl_mtu_needed(FRAME_SAMPLES);
	} else {
		bl_backfill_begin(&backfill, &ring, request, answer);
	}
}

static void requested(const bl_request *request, bl_answer *answer)
{
	k_mutex_lock(&lock, K_FOREVER);
	switch (request->opcode) {
	case BL_GET_INFO:
		fill_info(&answer->as.info);
		break;
	case BL_START:
		answer->code = start(&request->as.start, answer);
		break;
	case BL_STOP:
		answer->code = stop();
		break;
	case BL_GET_STATUS:
		fill_status_locked(&answer->as.status);
		break;
	case BL_TIME_PING:
		answer->as.time.token = request->as.time.token;
		answer->as.time.ticks = ticks_now();
		break;
	case BL_BACKFILL_SAMPLES:
		begin_backfill(request, answer);
		break;
	case BL_ABORT:
		backfill.active = false;
		break;
	default:
		answer->code = BL_REFUSED_UNKNOWN_OPCODE;
		break;
	}
	k_mutex_unlock(&lock);
	if (request->opcode == BL_START || request->opcode == BL_STOP) {
		k_work_reschedule(&status_work, K_NO_WAIT);
	}
	k_sem_give(&something_to_send);
}

/* ---- Link -------------------------------------------------------------------------------------------- */

static void forget_session(struct k_work *work)
{
	ARG_UNUSED(work);
	k_mutex_lock(&lock, K_FOREVER);
	if (patch_service_mtu() == 0) {
		stop();
	}
	k_mutex_unlock(&lock);
}
static K_WORK_DELAYABLE_DEFINE(forget_work, forget_session);

static void stream_changed(bool can_be_sent)
{
	k_mutex_lock(&lock, K_FOREVER);
	subscribed = can_be_sent;
	if (!subscribed) {
		backfill.active = false;
	}
	if (streaming) {
		give_up_waiting(0);
	}
	k_mutex_unlock(&lock);
	if (can_be_sent) {
		k_work_cancel_delayable(&forget_work);
	} else {
		k_work_reschedule(&forget_work, FORGET_AFTER);
	}
}

/* ---- Sending ----------------------------------------------------------------------------------------- */

/** Sends one frame, live ones first. @return whether there may be more to send */
static bool send_one(void)
{
	bl_frame frame;
	bl_answer ended;
	bl_backfill_step step = BL_NO_BACKFILL;

	k_mutex_lock(&lock, K_FOREVER);
	uint32_t first = live_next;
	bool live = subscribed && streaming && bl_ring_read(&ring, &live_next, &frame);
	dropped += live_next - first;
	if (!live) {
		step = bl_backfill_read(&backfill, &ring, &frame, &ended);
	}
	uint32_t next = live ? live_next : backfill.next;
	k_mutex_unlock(&lock);

	if (step == BL_BACKFILL_END) {
		int err = patch_service_send_backfill_ended(&ended);
		if (err != 0) {
			LOG_WRN("end of backfill not told (%d)", err);
		}
		return false;
	}
	if (!live && step == BL_NO_BACKFILL) {
		return false;
	}
	int err = patch_service_send_frame(&frame);
	if (err == -ENOMEM) {
		k_sleep(K_MSEC(5)); /* the queue is full: the same frame again */
		return true;
	}
	k_mutex_lock(&lock, K_FOREVER);
	/* Unless a request changed it meanwhile. */
	if (live && live_next == next) {
		live_next = bl_after(&frame);
		dropped += err == 0 ? 0 : frame.count;
	} else if (!live && backfill.active && backfill.next == next) {
		bl_backfill_sent(&backfill, &frame);
	}
	k_mutex_unlock(&lock);
	return true;
}

static const struct patch_service_cb callbacks = {
	.info = fill_info,
	.status = fill_status,
	.requested = requested,
	.stream_changed = stream_changed,
};

int main(void)
{
	bl_ring_init(&ring, marks, storage, RING_SLOTS, FRAME_SAMPLES);
	session.session = sys_rand16_get();

	int err = bt_enable(NULL);
	if (err == 0) {
		err = settings_load();
	}
	if (err == 0) {
		err = patch_service_init(&callbacks);
	}
	if (err != 0) {
		LOG_ERR("no Bluetooth (%d)", err);
		return 0;
	}
	while (true) {
		k_sem_take(&something_to_send, K_FOREVER);
		while (send_one()) {
		}
	}
}
