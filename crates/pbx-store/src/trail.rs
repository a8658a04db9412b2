//! The flight recorder's lines of all sites, in append-only files.
//!
//! ```text
//! trail/00000001.jsonl    \t<group>\n            a group of batches begins
//!                         <site>\t<line>\n       one recorder line
//! trail/00000002.jsonl    …
//! ```
//!
//! What lies beyond the tip that the sentinel states was never acknowledged. At most one group can lie there;
//! a second one means that sled lost a group that was acknowledged.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Take};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::limits::LINE_BYTES_MAX;

/// The end of the trail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tip {
    /// The number of the segment that grows; the first is 1.
    pub(crate) segment: u64,
    /// How long it is.
    pub(crate) bytes: u64,
}

/// The segment that grows.
pub(crate) struct Trail {
    directory: PathBuf,
    file: File,
    tip: Tip,
    segment_bytes_max: u64,
    /// Whether the files may hold something beyond `tip`.
    dirty: bool,
}

/// What [`Trail::append`] wrote and nobody acknowledged yet.
pub(crate) struct Appended {
    /// Where the block begins.
    pub(crate) start: Tip,
    /// Where it ends.
    pub(crate) end: Tip,
    rotated: Option<File>,
}

impl Appended {
    /// Whether the block began a new segment.
    pub(crate) fn rotated(&self) -> bool {
        self.rotated.is_some()
    }
}

impl Trail {
    /// Opens the segment at `tip`, which may be longer than `tip` says.
    pub(crate) fn open(directory: &Path, tip: Tip, segment_bytes_max: u64) -> io::Result<Self> {
        let file = open_segment(&segment_path(directory, tip.segment))?;
        sync_directory(directory)?;
        Ok(Self { directory: directory.to_owned(), file, tip, segment_bytes_max, dirty: true })
    }

    /// The durable end.
    pub(crate) fn tip(&self) -> Tip {
        self.tip
    }

    /// Writes `block` behind the tip and waits until it is on the disk.
    pub(crate) fn append(&mut self, block: &[u8]) -> io::Result<Appended> {
        self.roll_back()?;
        self.dirty = true;
        let bytes = block.len() as u64;
        if self.tip.bytes > 0 && self.tip.bytes + bytes > self.segment_bytes_max {
            let start = Tip { segment: self.tip.segment + 1, bytes: 0 };
            let file = open_segment(&segment_path(&self.directory, start.segment))?;
            sync_directory(&self.directory)?;
            write_durably(&file, block, 0)?;
            return Ok(Appended { start, end: Tip { bytes, ..start }, rotated: Some(file) });
        }
        write_durably(&self.file, block, self.tip.bytes)?;
        Ok(Appended {
            start: self.tip,
            end: Tip { bytes: self.tip.bytes + bytes, ..self.tip },
            rotated: None,
        })
    }

    /// Moves the tip behind what was appended: the sentinel says so now.
    pub(crate) fn confirm(&mut self, appended: Appended) {
        self.tip = appended.end;
        if let Some(file) = appended.rotated {
            self.file = file;
        }
        self.dirty = false;
    }

    /// Cuts off whatever lies beyond the tip.
    pub(crate) fn roll_back(&mut self) -> io::Result<()> {
        if self.dirty {
            match fs::remove_file(segment_path(&self.directory, self.tip.segment + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            self.file.set_len(self.tip.bytes)?;
            self.dirty = false;
        }
        Ok(())
    }
}

fn write_durably(file: &File, block: &[u8], at: u64) -> io::Result<()> {
    file.write_all_at(block, at)?;
    file.sync_data()
}

fn open_segment(path: &Path) -> io::Result<File> {
    let file =
        OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(FILE_MODE).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(FILE_MODE))?;
    Ok(file)
}

/// Makes a folder that only its owner can enter, or closes one that others can.
pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(DIRECTORY_MODE).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::set_permissions(path, fs::Permissions::from_mode(DIRECTORY_MODE)),
    }
}

/// Makes what was created, renamed or removed in `path` survive a power cut.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Where a segment lies.
pub(crate) fn segment_path(directory: &Path, segment: u64) -> PathBuf {
    directory.join(format!("{segment:08}.{EXTENSION}"))
}

/// The numbers and lengths of the segments in `directory`, in order.
pub(crate) fn segments(directory: &Path) -> io::Result<Vec<Tip>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(segment), true) = (number, path.extension().is_some_and(|it| it == EXTENSION)) {
            found.push(Tip { segment, bytes: entry.metadata()?.len() });
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Reads the lines of one segment from `at.bytes` to before `end`.
pub(crate) struct Reader {
    file: Take<BufReader<File>>,
    offset: u64,
    line: Vec<u8>,
}

/// One line of a segment.
pub(crate) struct Entry<'a> {
    /// Where it begins in the segment.
    pub(crate) offset: u64,
    /// Whose it is; empty where a group begins.
    pub(crate) site: &'a [u8],
    /// The recorder line or the group's number.
    pub(crate) text: &'a [u8],
}

impl Reader {
    pub(crate) fn open(directory: &Path, at: Tip, end: u64) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(READ_BYTES, File::open(segment_path(directory, at.segment))?);
        file.seek(SeekFrom::Start(at.bytes))?;
        Ok(Self {
            file: io::Read::take(file, end.saturating_sub(at.bytes)),
            offset: at.bytes,
            line: Vec::new(),
        })
    }

    /// The next whole line; an error of kind `InvalidData` where something else is there.
    pub(crate) fn next(&mut self) -> io::Result<Option<Entry<'_>>> {
        self.line.clear();
        let offset = self.offset;
        let bytes =
            io::Read::take(&mut self.file, STORED_LINE_BYTES_MAX).read_until(b'\n', &mut self.line)?;
        self.offset += bytes as u64;
        if bytes == 0 {
            return Ok(None);
        }
        let whole = self.line.strip_suffix(b"\n");
        let parts = whole.and_then(|line| Some((line, line.iter().position(|byte| *byte == b'\t')?)));
        let (line, tab) = parts.ok_or(io::ErrorKind::InvalidData)?;
        Ok(Some(Entry { offset, site: &line[..tab], text: &line[tab + 1..] }))
    }
}

/// Only the owner may enter.
pub(crate) const DIRECTORY_MODE: u32 = 0o700;

/// Only the owner may read and write.
pub(crate) const FILE_MODE: u32 = 0o600;

const EXTENSION: &str = "jsonl";

/// A site's name, a tab, the longest line and a newline.
const STORED_LINE_BYTES_MAX: u64 = LINE_BYTES_MAX as u64 + 65;

/// How much is read at a time: a few hundred lines.
const READ_BYTES: usize = 64 * 1024;
