//! Sending through a mail server (RFC 5321), with TLS by rustls.

use crate::error::{ConnectorError, Kind, Result};
use crate::mail::map::{Hidden, build};
use crate::mail::{Mailer, Message};
use async_trait::async_trait;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio::time::timeout;

/// How the connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    /// Not at all: only for a server on the same machine.
    Off,
    /// Plain at first, then STARTTLS; refused if the server does not offer it (usual port 587).
    StartTls,
    /// From the first byte (usual port 465).
    Implicit,
}

/// Who we are to the server.
#[derive(Clone, Debug)]
pub struct Login {
    /// The account.
    pub user: String,
    /// Its password.
    pub password: SecretString,
}

/// Which server, and how.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Its name; certificates are checked against it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// A further certificate authority to trust, as PEM, for servers with a private one.
    pub authority: Option<String>,
    /// Needed by most servers.
    pub login: Option<Login>,
    /// The name we greet with.
    pub greeting: String,
    /// For getting ready (connection, TLS, login), and again for handing one message over.
    pub timeout: Duration,
}

/// A mail server. Each message has a connection of its own: one that was given up half-way is never used again.
#[derive(Clone)]
pub struct Smtp {
    settings: SmtpSettings,
    tls: TlsParameters,
}

impl Smtp {
    /// Checks the settings; nothing is sent yet.
    pub fn new(settings: SmtpSettings) -> Result<Self> {
        let invalid = |error: Error| ConnectorError::invalid("tls", error.to_string());
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(pem) = &settings.authority {
            tls = tls.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(invalid)?);
        }
        Ok(Self { tls: tls.build().map_err(invalid)?, settings })
    }

    /// Connection, TLS and login: whatever fails here, the message surely was not sent.
    async fn ready(&self) -> Result<AsyncSmtpConnection, Error> {
        let Self { settings, tls } = self;
        let greeting = ClientId::Domain(settings.greeting.clone());
        let at_once = (settings.tls == TlsMode::Implicit).then(|| tls.clone());
        let server = (settings.host.as_str(), settings.port);
        let mut server = AsyncSmtpConnection::connect_tokio1(server, None, &greeting, at_once, None).await?;
        if settings.tls == TlsMode::StartTls {
            server.starttls(tls.clone(), &greeting).await?; // an error if it is not offered
        }
        if let Some(login) = &settings.login {
            let login = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            server.auth(DEFAULT_MECHANISMS, &login).await?;
        }
        Ok(server)
    }
}

/// What the server said, in the words of all ports. Codes: RFC 5321 (4.2), RFC 4954 (6) for signing in.
fn said(error: &Error) -> Option<ConnectorError> {
    let status = u16::from(error.status()?);
    let kind = match status {
        530 | 534 | 535 | 538 => Kind::Auth,
        _ if error.is_permanent() => Kind::Declined,
        _ => Kind::Unavailable,
    };
    Some(ConnectorError::new(kind, format!("smtp_{status}"), error.to_string()))
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, message: &Message) -> Result<()> {
        let mail = build(message, Hidden::Dropped)?;
        let unsent = |why: String| ConnectorError::new(Kind::Unavailable, "smtp_connect", why);
        let unsure = |why: String| ConnectorError::new(Kind::Unknown, "smtp_no_answer", why);
        let limit = self.settings.timeout;
        let mut server = match timeout(limit, self.ready()).await {
            Ok(Ok(server)) => server,
            Ok(Err(error)) => return Err(said(&error).unwrap_or_else(|| unsent(error.to_string()))),
            Err(elapsed) => return Err(unsent(elapsed.to_string())),
        };
        match timeout(limit, server.send(mail.envelope(), &mail.formatted())).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.is_client() => return Err(ConnectorError::invalid("message", error.to_string())),
            Ok(Err(error)) => return Err(said(&error).unwrap_or_else(|| unsure(error.to_string()))),
            Err(elapsed) => return Err(unsure(elapsed.to_string())),
        }
        // taken: what happens to the good-bye does not matter
        drop(timeout(limit, server.quit()).await);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
