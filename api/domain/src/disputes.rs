//! Disputes: a payer, or the bank, wants money back without asking the seller (PAY-10, LED-01).

use crate::{Code, Problem, Result};

text_enum! {
    /// Where a dispute stands.
    pub enum DisputeState {
        /// The payer, or the bank, asks for the money back; most gateways hold it until that is decided.
        Opened = "opened",
        /// The money stays, or has come back, also after it was lost.
        Won = "won",
        /// The payer has got the money.
        Lost = "lost",
    }
}

impl DisputeState {
    /// The states that may follow. Banks change their mind after a decision, but do not forget it: what says `opened` then is
    /// late.
    pub const fn next(self) -> &'static [DisputeState] {
        match self {
            Self::Opened => &[Self::Won, Self::Lost],
            Self::Won => &[Self::Lost],
            Self::Lost => &[Self::Won],
        }
    }
}

/// Whether a state may follow another; `wrong_state` if not.
pub fn transition(from: DisputeState, to: DisputeState) -> Result<()> {
    if from.next().contains(&to) {
        return Ok(());
    }
    Err(Problem::new(Code::WrongState, format!("a dispute that is {from} cannot become {to}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_is_never_open_again() {
        for from in DisputeState::ALL {
            assert!(transition(*from, DisputeState::Opened).is_err(), "{from}");
            assert!(transition(*from, *from).is_err(), "{from}");
        }
        assert_eq!(transition(DisputeState::Lost, DisputeState::Won), Ok(()));
    }
}
