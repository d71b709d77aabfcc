//! A book: an append-only file of JSON lines, one per change, that several processes may share. The fakes keep theirs here, apart from
//! the shop's database, so that totals can be compared across the two.
//!
//! Every change holds the file's lock, reads what others have added, decides and appends; before it answers, it has reached the
//! disk, together with others that came at the same time. A line without its end is the rest of a crash: nobody was told about it, so it is cut off.

use serde::{Serialize, de::DeserializeOwned};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What the facts of a book add up to.
pub trait Replay: Default {
    /// One fact. A change may consist of several, which then stand on one line: all or none of them are kept.
    type Fact: Serialize + DeserializeOwned;
    /// Takes in the next fact.
    fn replay(&mut self, fact: Self::Fact);
}

struct Pages<S> {
    file: File,
    read_up_to: u64,
    state: S,
}

/// An open book.
pub struct Book<S> {
    pages: Mutex<Pages<S>>,
    disk: Mutex<Disk>,
}

/// The same file, as far as it is known to be on the disk.
struct Disk {
    file: File,
    safe_up_to: u64,
}

impl<S: Replay> Book<S> {
    /// Opens the book at `path`, or begins one.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let disk = Mutex::new(Disk { file: file.try_clone()?, safe_up_to: 0 });
        Ok(Self { pages: Mutex::new(Pages { file, read_up_to: 0, state: S::default() }), disk })
    }

    /// Looks at the present state.
    pub fn read<T>(&self, look: impl FnOnce(&S) -> T) -> std::io::Result<T> {
        self.change(|state| (Vec::new(), look(state)))
    }

    /// Decides on the present state what to add, adds it durably and hands out the answer.
    pub fn change<T>(&self, decide: impl FnOnce(&S) -> (Vec<S::Fact>, T)) -> std::io::Result<T> {
        let (answer, end) = {
            let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            pages.file.lock()?;
            let done = pages.change(decide).map(|answer| (answer, pages.read_up_to));
            pages.file.unlock()?;
            done?
        };
        self.reach_disk(end)?;
        Ok(answer)
    }

    /// What was added meanwhile reaches it along with this. An answer may stand on what others have added, so it waits for
    /// that, too.
    fn reach_disk(&self, end: u64) -> std::io::Result<()> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        if disk.safe_up_to >= end {
            return Ok(());
        }
        let all = disk.file.metadata()?.len();
        disk.file.sync_data()?;
        disk.safe_up_to = all;
        Ok(())
    }
}

impl<S: Replay> Pages<S> {
    fn change<T>(&mut self, decide: impl FnOnce(&S) -> (Vec<S::Fact>, T)) -> std::io::Result<T> {
        self.catch_up()?;
        let (facts, answer) = decide(&self.state);
        if !facts.is_empty() {
            let mut text = serde_json::to_vec(&facts)?;
            text.push(b'\n');
            if let Err(error) = self.file.write_all(&text) {
                self.file.set_len(self.read_up_to)?;
                return Err(error);
            }
            self.read_up_to += size(&text)?;
            facts.into_iter().for_each(|fact| self.state.replay(fact));
        }
        Ok(answer)
    }

    /// Reads the lines that others have added since, and cuts off an unfinished one.
    fn catch_up(&mut self) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(self.read_up_to))?;
        let mut added = Vec::new();
        self.file.read_to_end(&mut added)?;
        for line in added.split_inclusive(|byte| *byte == b'\n') {
            if line.last() != Some(&b'\n') {
                return self.file.set_len(self.read_up_to);
            }
            let facts: Vec<S::Fact> = serde_json::from_slice(line)?;
            facts.into_iter().for_each(|fact| self.state.replay(fact));
            self.read_up_to += size(line)?;
        }
        Ok(())
    }
}

fn size(bytes: &[u8]) -> std::io::Result<u64> {
    u64::try_from(bytes.len()).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Sum(i64);
    impl Replay for Sum {
        type Fact = i64;
        fn replay(&mut self, fact: i64) {
            self.0 += fact;
        }
    }

    #[test]
    fn two_readers_of_one_file_see_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.jsonl");
        let (one, two) = (Book::<Sum>::open(&path).unwrap(), Book::<Sum>::open(&path).unwrap());
        std::thread::scope(|scope| {
            for book in [&one, &two] {
                // each adds 1 only while the sum is below 100, fifty times more often than needed
                scope.spawn(|| {
                    for _ in 0..150 {
                        book.change(|sum| (if sum.0 < 100 { vec![1] } else { vec![] }, ())).unwrap();
                    }
                });
            }
        });
        assert_eq!(one.read(|sum| sum.0).unwrap(), 100);
        assert_eq!(two.read(|sum| sum.0).unwrap(), 100);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[1]\n".repeat(100));
    }

    #[test]
    fn an_unfinished_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.jsonl");
        std::fs::write(&path, "[40,1]\n[1]\n[9,9").unwrap();
        let book = Book::<Sum>::open(&path).unwrap();
        book.change(|_| (vec![8], ())).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[40,1]\n[1]\n[8]\n");
        assert_eq!(Book::<Sum>::open(&path).unwrap().read(|sum| sum.0).unwrap(), 50);
    }
}
