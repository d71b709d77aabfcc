//! The API document held to its word, and every operation held to the walls between sellers.

mod document;
mod matrix;
