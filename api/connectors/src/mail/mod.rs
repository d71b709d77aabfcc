//! The port that sends mail. The caller keeps its own queue (MAI-04): each message has a Message-ID that never changes,
//! so that sending again is recognised by the outbox and by the mail programs of this world.
//!
//! After [`crate::Kind::Unknown`] the message may be on its way: the shop's setting says whether to send again or to
//! ask a person, since a mail server cannot be asked.

mod map;
mod message;
mod outbox;
mod smtp;

pub use message::{Attachment, InvalidMessageId, Mailbox, Message, MessageId};
pub use outbox::Outbox;
pub use smtp::{Login, Smtp, SmtpSettings, TlsMode};

use crate::error::Result;
use async_trait::async_trait;

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands the message over to all its recipients. A message that could smuggle headers is an `InvalidRequest`.
    async fn send(&self, message: &Message) -> Result<()>;
}
