//! Sending through a mail server (RFC 5321), with TLS by rustls.

use super::map::{Hidden, build};
use super::{Mailer, Message};
use crate::error::{ConnectorError, Kind, Result};
use async_trait::async_trait;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

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
    /// For each step.
    pub timeout: Duration,
}

/// A mail server. Cheap to clone; connections are kept and shared.
#[derive(Clone, Debug)]
pub struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    /// Prepares the connection; nothing is sent yet.
    pub fn new(settings: &SmtpSettings) -> Result<Self> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls(settings)?)
            .hello_name(ClientId::Domain(settings.greeting.clone()))
            .timeout(Some(settings.timeout));
        let transport = match &settings.login {
            Some(login) => {
                let password = login.password.expose_secret().to_owned();
                transport.credentials(Credentials::new(login.user.clone(), password))
            }
            None => transport,
        };
        Ok(Self(transport.build()))
    }
}

fn tls(settings: &SmtpSettings) -> Result<Tls> {
    let invalid = |error: Error| ConnectorError::invalid("tls", error.to_string());
    let parameters = || {
        let mut builder = TlsParameters::builder(settings.host.clone());
        if let Some(pem) = &settings.authority {
            builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(invalid)?);
        }
        builder.build().map_err(invalid)
    };
    Ok(match settings.tls {
        TlsMode::Off => Tls::None,
        TlsMode::StartTls => Tls::Required(parameters()?),
        TlsMode::Implicit => Tls::Wrapper(parameters()?),
    })
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
        // greeting, TLS and sign-in first: whatever fails there, the message surely was not sent
        self.0.test_connection().await.map_err(|error| {
            said(&error).unwrap_or_else(|| ConnectorError::new(Kind::Unavailable, "smtp_connect", error.to_string()))
        })?;
        match self.0.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_client() => Err(ConnectorError::invalid("message", error.to_string())),
            Err(error) => {
                Err(said(&error)
                    .unwrap_or_else(|| ConnectorError::new(Kind::Unknown, "smtp_no_answer", error.to_string())))
            }
        }
    }
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
