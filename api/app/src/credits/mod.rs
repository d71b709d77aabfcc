//! What clients have to their credit (CLI-09): given, over-paid or credited, used before any other payment.

mod movement;

pub use movement::{Movement, record};
