//! Where mail goes, by environment and flags.

use crate::config::Failed;
use crate::house::in_folder;
use clap::{Args, ValueEnum};
use comptoir_app::MailRoute;
use comptoir_app::mails::send::AfterCrash;
use comptoir_connectors::mail::{Login, SmtpSettings, TlsMode};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Options of outgoing mail.
#[derive(Args, Clone)]
pub struct MailOptions {
    /// The folder for outgoing mail as long as no mail server is named
    #[arg(long, env = "COMPTOIR_OUTBOX", default_value = "var/outbox")]
    outbox: PathBuf,
    /// The mail server
    #[arg(long, env = "COMPTOIR_SMTP_HOST")]
    smtp_host: Option<String>,
    /// Its port
    #[arg(long, env = "COMPTOIR_SMTP_PORT", default_value_t = 587)]
    smtp_port: u16,
    /// How the connection to it is protected
    #[arg(long, env = "COMPTOIR_SMTP_TLS", value_enum, default_value_t = Protection::StartTls)]
    smtp_tls: Protection,
    /// A file with a further certificate authority to trust (PEM)
    #[arg(long, env = "COMPTOIR_SMTP_AUTHORITY")]
    smtp_authority: Option<PathBuf>,
    /// The account there
    #[arg(long, env = "COMPTOIR_SMTP_USER", requires = "smtp_password")]
    smtp_user: Option<String>,
    /// Its password
    #[arg(long, env = "COMPTOIR_SMTP_PASSWORD", hide_env_values = true)]
    smtp_password: Option<String>,
    /// The name this server greets with
    #[arg(long, env = "COMPTOIR_SMTP_GREETING", default_value = "localhost")]
    smtp_greeting: String,
    /// What to do about a mail of which nobody knows whether it went out
    #[arg(long, env = "COMPTOIR_MAIL_AFTER_CRASH", value_enum, default_value_t = Unsettled::Resend)]
    mail_after_crash: Unsettled,
}

/// How a connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protection {
    /// Not at all: only for a server on the same machine.
    Off,
    /// Plain at first, then TLS.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// What to do about a mail of which nobody knows whether it went out.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unsettled {
    /// Send it again under the same Message-ID.
    Resend,
    /// Mark it as failed, so that a person decides.
    Ask,
}

impl MailOptions {
    /// The same with the outbox in another folder.
    pub fn in_folder(self, dir: &Path) -> Self {
        Self { outbox: in_folder(&self.outbox, dir), ..self }
    }

    /// What is to be done with an unsettled mail.
    pub fn after_crash(&self) -> AfterCrash {
        match self.mail_after_crash {
            Unsettled::Resend => AfterCrash::Resend,
            Unsettled::Ask => AfterCrash::Ask,
        }
    }

    /// Where mail goes.
    pub fn route(&self) -> Result<MailRoute, Failed> {
        let Some(host) = self.smtp_host.clone() else { return Ok(MailRoute::Outbox(self.outbox.clone())) };
        let authority = self.smtp_authority.as_ref().map(std::fs::read_to_string).transpose()?;
        let login = self.smtp_user.clone().zip(self.smtp_password.clone());
        Ok(MailRoute::Smtp(SmtpSettings {
            host,
            port: self.smtp_port,
            tls: match self.smtp_tls {
                Protection::Off => TlsMode::Off,
                Protection::StartTls => TlsMode::StartTls,
                Protection::Implicit => TlsMode::Implicit,
            },
            authority,
            login: login.map(|(user, password)| Login { user, password: password.into() }),
            greeting: self.smtp_greeting.clone(),
            timeout: Duration::from_secs(30),
        }))
    }
}
