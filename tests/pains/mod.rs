//! Pains: what has gone wrong elsewhere in systems of this kind, each in a test of its own that is named after it. The house
//! is put into the very situation; what was reported of it there would fail here.

mod changes;
mod documents;
mod money;
mod repair;
mod runs;

use crate::support::World;
use chrono::TimeDelta;

/// So many minutes pass, and nothing recurs meanwhile.
fn pass(world: &World, minutes: i64) {
    for clock in [&world.server.business, &world.server.machine] {
        clock.advance_to(clock.now().plus(TimeDelta::minutes(minutes)));
    }
}
