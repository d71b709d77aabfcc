//! The states of an order and which may follow which (ORD-07).

use crate::problem::{Code, Problem, Result};

text_enum! {
    /// Where an order stands.
    pub enum OrderState {
        /// Just placed, and not checked for fraud yet.
        New = "new",
        /// Someone has to look at the client or at the findings of the fraud check.
        WaitingForValidation = "waiting_for_validation",
        /// The invoice is open.
        WaitingForPayment = "waiting_for_payment",
        /// Nothing is open.
        Paid = "paid",
        /// The services are being made.
        Provisioning = "provisioning",
        /// Everything is delivered.
        Done = "done",
        /// Given up; what was reserved is free again.
        Cancelled = "cancelled",
        /// Found to be a fraud.
        Fraud = "fraud",
    }
}

impl OrderState {
    /// The states that may follow.
    pub const fn next(self) -> &'static [OrderState] {
        use OrderState::*;
        match self {
            // an order for nothing, or one that is paid in the same step, is paid at once
            New => &[WaitingForValidation, WaitingForPayment, Paid, Cancelled, Fraud],
            WaitingForValidation => &[WaitingForPayment, Paid, Cancelled, Fraud],
            // money may arrive before anyone has looked
            WaitingForPayment => &[Paid, WaitingForValidation, Cancelled, Fraud],
            // some plans have nothing to set up
            Paid => &[Provisioning, Done, Cancelled, Fraud],
            // what cannot be delivered is given up and paid back
            Provisioning => &[Done, Cancelled, Fraud],
            // an innocent is looked at again
            Fraud => &[WaitingForValidation, Cancelled],
            Done | Cancelled => &[],
        }
    }

    /// Whether nothing can follow.
    pub const fn is_closed(self) -> bool {
        self.next().is_empty()
    }

    /// What its client is told: nobody learns that he was taken for a fraud.
    #[must_use]
    pub const fn told(self) -> Self {
        match self {
            OrderState::Fraud => OrderState::Cancelled,
            other => other,
        }
    }
}

/// Whether a state may follow another; `wrong_state`, with those that may, if not.
pub fn transition(from: OrderState, to: OrderState) -> Result<()> {
    if from.next().contains(&to) {
        return Ok(());
    }
    let next: Vec<_> = from.next().iter().map(|state| state.as_str()).collect();
    let next = if next.is_empty() { "nothing, it is closed".into() } else { next.join(", ") };
    Err(Problem::new(
        Code::WrongState,
        format!("the order is {from} and cannot become {to}; what may follow is {next}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::OrderState::*;
    use super::*;

    #[test]
    fn the_usual_ways() {
        let validated = [New, WaitingForValidation, WaitingForPayment, Paid, Provisioning, Done];
        let free_and_instant = [New, Paid, Done];
        let given_up = [New, WaitingForPayment, Cancelled];
        for way in [&validated[..], &free_and_instant, &given_up] {
            for step in way.windows(2) {
                assert_eq!(transition(step[0], step[1]), Ok(()));
            }
        }
    }

    #[test]
    fn nothing_is_delivered_unpaid_and_closed_orders_stay_closed() {
        for from in [New, WaitingForValidation, WaitingForPayment, Fraud] {
            assert!(transition(from, Provisioning).is_err() && transition(from, Done).is_err(), "{from}");
        }
        let problem = transition(Done, Cancelled).unwrap_err();
        assert_eq!(problem.code, Code::WrongState);
        assert!(problem.detail.ends_with("what may follow is nothing, it is closed"), "{}", problem.detail);
        for &from in OrderState::ALL {
            assert!(from.is_closed() || from.next().contains(&Cancelled), "{from}");
            assert!(transition(from, New).is_err() && transition(from, from).is_err(), "{from}");
        }
    }

    #[test]
    fn nobody_is_told_that_he_is_a_fraud() {
        assert_eq!(Fraud.told(), Cancelled);
        assert!(OrderState::ALL.iter().all(|state| *state == Fraud || state.told() == *state));
    }
}
