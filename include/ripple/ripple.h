/** \file
 * All of ripple's public interface.
 */
#pragma once

#include <ripple/activation.h>
#include <ripple/compare.h>
#include <ripple/config.h>
#include <ripple/dataset.h>
#include <ripple/device.h>
#include <ripple/error.h>
#include <ripple/gradcheck.h>
#include <ripple/inference.h>
#include <ripple/loss.h>
#include <ripple/macros.h>
#include <ripple/model.h>
#include <ripple/network.h>
#include <ripple/optimizer.h>
#include <ripple/selftest.h>
#include <ripple/trainer.h>
#include <ripple/verify_resume.h>
#include <ripple/version.h>
