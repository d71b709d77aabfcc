//! A folder of `.eml` files instead of a mail server: for demonstrations, tests, and shops that send by other means.

use super::map::{Hidden, build};
use super::{Mailer, Message};
use crate::error::Result;
use async_trait::async_trait;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder. A file is named after the Message-ID, so sending again leaves one file.
#[derive(Clone, Debug)]
pub struct Outbox(PathBuf);

impl Outbox {
    /// A folder, which is made with the first mail if it is missing.
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_path_buf())
    }
}

fn put(folder: &Path, name: &str, mail: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(name);
    if path.try_exists()? {
        return Ok(());
    }
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(mail)?;
    draft.as_file().sync_all()?;
    draft.persist(path)?;
    std::fs::File::open(folder)?.sync_all()
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, message: &Message) -> Result<()> {
        let mail = build(message, Hidden::Kept)?.formatted();
        let (folder, name) = (self.0.clone(), format!("{}.eml", message.id.as_str()));
        Ok(tokio::task::spawn_blocking(move || put(&folder, &name, &mail)).await??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::MessageId;
    use crate::mail::map::tests::message;

    #[tokio::test]
    async fn one_file_per_message_however_often_it_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(&folder.path().join("mail"));
        for _ in 0..3 {
            outbox.send(&message()).await.unwrap();
        }
        outbox.send(&Message { id: MessageId::new("mai_2@shop.example").unwrap(), ..message() }).await.unwrap();
        let files = std::fs::read_dir(folder.path().join("mail")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["mai_1@shop.example.eml", "mai_2@shop.example.eml"]);
        let mail = std::fs::read_to_string(folder.path().join("mail/mai_1@shop.example.eml")).unwrap();
        assert!(mail.contains("Message-ID: <mai_1@shop.example>\r\n"));
    }
}
