//! Events: persisted pieces of work (EVT-01 to EVT-03). [`kinds`] is the table of what there is; [`schedule`] says when the
//! recurring ones are due, [`timing`] what is in force of that; [`back_off`] how long a failed one waits.

pub mod back_off;
pub mod foresight;
pub mod kinds;
pub mod schedule;
pub mod timing;

pub use back_off::back_off;
pub use foresight::ForeseenAction;
pub use kinds::{EventConnector, EventGroup, EventKind};
pub use schedule::Schedule;
pub use timing::Timing;

use crate::problem::{Code, Problem, Result};

text_enum! {
    /// Where an event stands.
    pub enum EventState {
        /// Waits for its time, or for its next attempt.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// Finished.
        Done = "done",
        /// Given up after the last attempt.
        Failed = "failed",
        /// Called off by someone.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// By which clock an event is due.
    pub enum EventClock {
        /// The clock that dates and due times follow; it can be ahead in a rehearsal.
        Business = "business",
        /// The clock of the machine, for what has nothing to do with the business's dates.
        Machine = "machine",
    }
}

text_enum! {
    /// What an administrator does with an event.
    pub enum EventAction {
        /// Do not wait for its time.
        Run = "run",
        /// Begin again with all attempts.
        Retry = "retry",
        /// Call it off.
        Cancel = "cancel",
    }
}

/// What may be done where, and where it leads. What a worker holds is left to it: it ends or its lease does.
const RULES: &[(EventAction, &[EventState], EventState)] = &[
    (EventAction::Run, &[EventState::Queued], EventState::Queued),
    (EventAction::Retry, &[EventState::Failed, EventState::Cancelled], EventState::Queued),
    (EventAction::Cancel, &[EventState::Queued], EventState::Cancelled),
];

/// The state after an action; `wrong_state`, with the ways that are open, where the action does not apply.
pub fn after(state: EventState, action: EventAction) -> Result<EventState> {
    let rule = RULES.iter().find(|(wanted, from, _)| *wanted == action && from.contains(&state));
    rule.map(|(_, _, to)| *to).ok_or_else(|| {
        let open: Vec<_> = open_actions(state).map(EventAction::as_str).collect();
        let ways = if open.is_empty() { "nothing".into() } else { open.join(", ") };
        Problem::new(Code::WrongState, format!("the event is {state}: what can be done now is {ways}"))
    })
}

/// What may be done with an event in a state.
pub fn open_actions(state: EventState) -> impl Iterator<Item = EventAction> {
    RULES.iter().filter(move |(_, from, _)| from.contains(&state)).map(|(action, _, _)| *action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_or_is_done_is_left_alone() {
        for state in [EventState::Running, EventState::Done] {
            assert_eq!(open_actions(state).count(), 0, "{state}");
            for action in EventAction::ALL {
                assert_eq!(after(state, *action).unwrap_err().code, Code::WrongState);
            }
        }
        assert_eq!(after(EventState::Queued, EventAction::Cancel), Ok(EventState::Cancelled));
        assert_eq!(after(EventState::Cancelled, EventAction::Retry), Ok(EventState::Queued));
        assert!(after(EventState::Failed, EventAction::Run).unwrap_err().detail.contains("retry"));
    }
}
