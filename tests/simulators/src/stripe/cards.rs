//! The test cards of Stripe's page, and what comes of them.

/// What comes of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    Works,
    /// Code and decline code.
    Declined(&'static str, &'static str),
    /// Can be kept; every charge is refused.
    KeptOnly,
    /// 3-D Secure, unless it was set up for payments without the client.
    ConfirmsOnce,
    /// 3-D Secure each time.
    ConfirmsAlways,
    /// 3-D Secure with the client; without him it passes.
    SetUpElsewhere,
    /// Refunds are pending at first.
    RefundsLater,
    /// Refunds seem to be made and fail later.
    RefundsFail,
    /// Charges are disputed as fraudulent.
    Disputed,
    /// A bank debit: it takes days.
    Debit,
}

/// Number, ready-made token, brand, effect.
pub const CARDS: &[(&str, &str, &str, Effect)] = &[
    ("4242424242424242", "pm_card_visa", "visa", Effect::Works),
    ("5555555555554444", "pm_card_mastercard", "mastercard", Effect::Works),
    ("378282246310005", "pm_card_amex", "amex", Effect::Works),
    ("4000000000000002", "pm_card_visa_chargeDeclined", "visa", declined("generic_decline")),
    ("4000000000009995", "pm_card_chargeDeclinedInsufficientFunds", "visa", declined("insufficient_funds")),
    ("4000000000009987", "", "visa", declined("lost_card")),
    ("4000000000009979", "", "visa", declined("stolen_card")),
    ("4000000000000069", "", "visa", Effect::Declined("expired_card", "expired_card")),
    ("4000000000000127", "", "visa", Effect::Declined("incorrect_cvc", "incorrect_cvc")),
    ("4000000000000119", "", "visa", Effect::Declined("processing_error", "processing_error")),
    ("4000000000000341", "", "visa", Effect::KeptOnly),
    ("4000002500003155", "", "visa", Effect::ConfirmsOnce),
    ("4000002760003184", "pm_card_authenticationRequired", "visa", Effect::ConfirmsAlways),
    ("4000003800000446", "", "visa", Effect::SetUpElsewhere),
    ("4000000000000259", "", "visa", Effect::Disputed),
    ("4000000000007726", "", "visa", Effect::RefundsLater),
    ("4000000000005126", "", "visa", Effect::RefundsFail),
    ("DE89370400440532013000", "", "", Effect::Debit),
];

const fn declined(why: &'static str) -> Effect {
    Effect::Declined("card_declined", why)
}
