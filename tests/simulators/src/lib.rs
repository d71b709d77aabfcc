//! Services of others that run here: each speaks its published protocol as its page describes it, checks signatures and
//! required fields as the real one does, keeps its own books, and misbehaves on demand. They know nothing of the code that
//! is tested against them.

pub mod authorizenet;
pub mod axerve;
pub mod bluepay;
pub mod fiserv;
pub mod minfraud;
pub mod paypal;
pub mod paypal_standard;
pub mod redsys;
pub mod shell;
pub mod sips;
pub mod stripe;
pub mod worldpay;
pub mod worldpay_xml;
