/*
 * The patch's GATT service: characteristics, subscriptions and lengths. What a patch does is the application's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PATCH_SERVICE_H
#define PATCH_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "beatlens_patch.h"

/** Called from the Bluetooth receive thread: take what is needed and return. */
struct patch_service_cb {
	/** Fills in what the info characteristic reads. */
	void (*info)(bl_info *info);
	/** Fills in what the status characteristic reads. */
	void (*status)(bl_status *status);
	/** Fills in the answer to a request; `answer` comes with opcode, tag and success. */
	void (*requested)(const bl_request *request, bl_answer *answer);
	/** Frames can, or cannot any more, be sent. */
	void (*stream_changed)(bool subscribed);
};

/** @return 0, or -EINVAL when a callback is missing */
int patch_service_init(const struct patch_service_cb *callbacks);

/** ATT MTU of the connection; 0: nobody is connected. */
uint16_t patch_service_mtu(void);

/**
 * These return 0, -ENOTCONN without a connection, -EACCES when the gateway has not subscribed, -EMSGSIZE when
 * the MTU is too small, -EBUSY while an indication of the same kind is under way, or what Bluetooth returned.
 */
int patch_service_send_frame(const bl_frame *frame);
int patch_service_send_status(const bl_status *status);
int patch_service_send_backfill_ended(const bl_answer *ended);

#endif
