use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use pbx_kernel::{Line, SiteId};

use crate::trail::{Reader, Tip};

/// Where each site's durable lines lie in the trail.
#[derive(Default)]
pub(crate) struct Index {
    sites: BTreeMap<SiteId, Marks>,
    /// The lengths of the segments, from segment 1 on.
    lengths: Vec<u64>,
}

/// Every `stride`th line of one site.
struct Marks {
    lines: u64,
    stride: u64,
    places: Vec<Tip>,
}

/// Where to begin reading and how much is there.
pub(crate) struct Found {
    place: Tip,
    skip: u64,
    lines: usize,
    lengths: Vec<u64>,
}

impl Index {
    /// Notes one more line of `site`.
    pub(crate) fn add(&mut self, site: &SiteId, place: Tip) {
        if let Some(marks) = self.sites.get_mut(site) {
            marks.add(place);
        } else {
            self.sites.entry(site.clone()).or_default().add(place);
        }
    }

    /// Notes how far the trail reaches.
    pub(crate) fn reach(&mut self, tip: Tip) {
        let segment = usize::try_from(tip.segment).unwrap_or(usize::MAX).max(1);
        if self.lengths.len() < segment {
            self.lengths.resize(segment, 0);
        }
        self.lengths[segment - 1] = tip.bytes;
    }

    /// Reads a segment's lines up to `tip.bytes` into the index.
    pub(crate) fn read_segment(&mut self, directory: &Path, tip: Tip) -> io::Result<()> {
        let mut reader = Reader::open(directory, Tip { bytes: 0, ..tip }, tip.bytes)?;
        while let Some(entry) = reader.next()? {
            if !entry.site.is_empty() {
                let site = std::str::from_utf8(entry.site).ok().and_then(|site| SiteId::parse(site).ok());
                self.add(&site.ok_or(io::ErrorKind::InvalidData)?, Tip { bytes: entry.offset, ..tip });
            }
        }
        self.reach(tip);
        Ok(())
    }

    /// Where line `from` of `site` is to be found, with at most `limit` lines from there.
    pub(crate) fn find(&self, site: &SiteId, from: u64, limit: usize) -> Option<Found> {
        let marks = self.sites.get(site)?;
        let lines = usize::try_from(marks.lines.checked_sub(from)?).unwrap_or(usize::MAX).min(limit);
        let place = *marks.places.get(usize::try_from(from / marks.stride).ok()?)?;
        let first = usize::try_from(place.segment).ok()?.checked_sub(1)?;
        let lengths = self.lengths.get(first..)?.to_vec();
        Some(Found { place, skip: from % marks.stride, lines, lengths })
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self { lines: 0, stride: STRIDE_MIN, places: Vec::new() }
    }
}

impl Marks {
    fn add(&mut self, place: Tip) {
        if self.lines.is_multiple_of(self.stride) {
            if self.places.len() == MARKS_MAX {
                self.thin();
            }
            if self.lines.is_multiple_of(self.stride) {
                self.places.push(place);
            }
        }
        self.lines += 1;
    }

    /// Keeps every second mark.
    fn thin(&mut self) {
        let mut keep = false;
        self.places.retain(|_| {
            keep = !keep;
            keep
        });
        self.stride *= 2;
    }
}

impl Found {
    /// Reads the lines from the files; they are durable, so nothing rewrites them meanwhile.
    pub(crate) fn read(self, directory: &Path, site: &SiteId) -> io::Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut skip = self.skip;
        let mut place = self.place;
        for length in self.lengths {
            if lines.len() == self.lines {
                break;
            }
            let mut reader = Reader::open(directory, place, length)?;
            while lines.len() < self.lines {
                let Some(entry) = reader.next()? else { break };
                if entry.site != site.as_str().as_bytes() {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                } else {
                    lines.push(Line(entry.text.to_vec()));
                }
            }
            place = Tip { segment: place.segment + 1, bytes: 0 };
        }
        if lines.len() < self.lines {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(lines)
    }
}

/// Marks a site starts with: the lines between two of them are read in well under a millisecond.
const STRIDE_MIN: u64 = 64;

/// Marks per site, 4 KB of memory; when they are used up every second one goes.
const MARKS_MAX: usize = 256;
