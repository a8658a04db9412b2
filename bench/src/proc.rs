//! What Linux says about a process: proc(5).

use std::collections::BTreeMap;
use std::fs;
use std::ops::Sub;
use std::thread::{self, available_parallelism};
use std::time::Duration;

use anyhow::Context;

use crate::statistics::float;

/// CPU that was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cpu {
    /// By the process, its children and theirs, in user mode and in the kernel for them.
    pub(crate) total: Duration,
    /// By its hashing threads: those whose names begin with [`HASHING`].
    pub(crate) hashing: Duration,
}

impl Cpu {
    /// What the process `id` has used so far, with all of its children, those that have ended included.
    pub(crate) fn of(id: u32) -> anyhow::Result<Self> {
        let all = Stat::all();
        let stat = all.get(&id).with_context(|| format!("process {id} has ended"))?;
        let descendants = descendants(&all, id);
        let ticks =
            stat.ticks + descendants.iter().filter_map(|it| all.get(it)).map(|it| it.ticks).sum::<u64>();
        Ok(Self { total: duration(ticks), hashing: duration(hashing_ticks(id)) })
    }

    /// What was used beside hashing.
    pub(crate) fn rest(self) -> Duration {
        self.total.saturating_sub(self.hashing)
    }
}

impl Sub for Cpu {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            total: self.total.saturating_sub(before.total),
            hashing: self.hashing.saturating_sub(before.hashing),
        }
    }
}

/// Whether the process `id` has children.
pub(crate) fn has_children(id: u32) -> bool {
    Stat::all().values().any(|it| it.parent == id)
}

/// The memory that the process `id` has in RAM now, in KiB.
pub(crate) fn resident_kib(id: u32) -> anyhow::Result<f64> {
    status_kib(id, "VmRSS:")
}

/// The most that it ever had.
pub(crate) fn peak_resident_kib(id: u32) -> anyhow::Result<f64> {
    status_kib(id, "VmHWM:")
}

/// How many cores there are to be shared.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// The share of all cores, 0 to 1, that is used by whatever runs now, while this process waits.
pub(crate) fn busy_share() -> f64 {
    let before = Ticks::now();
    thread::park_timeout(BUSY_SAMPLE);
    let after = Ticks::now();
    let (all, idle) = (after.all.saturating_sub(before.all), after.idle.saturating_sub(before.idle));
    if all == 0 { 0.0 } else { 1.0 - float(idle) / float(all) }
}

/// What the first line of /proc/stat counts, of all cores together.
struct Ticks {
    all: usize,
    /// Idle, or waiting for a disk.
    idle: usize,
}

impl Ticks {
    fn now() -> Self {
        Self::parse(&fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    fn parse(stat: &str) -> Self {
        let line = stat.lines().next().unwrap_or_default();
        let ticks: Vec<usize> = line.split_whitespace().skip(1).filter_map(|it| it.parse().ok()).collect();
        // User, nice, system, idle, iowait, irq, softirq, steal; guests count as users already.
        Self { all: ticks.iter().take(8).sum(), idle: ticks.iter().skip(3).take(2).sum() }
    }
}

fn status_kib(id: u32, field: &str) -> anyhow::Result<f64> {
    let file = format!("/proc/{id}/status");
    let status = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.split_whitespace().next());
    value.and_then(|it| it.parse().ok()).with_context(|| format!("{file} has no {field}"))
}

/// What is needed of a line of /proc/ID/stat.
struct Stat {
    name: String,
    parent: u32,
    /// Own and of children that were waited for, in user mode and in the kernel.
    ticks: u64,
    /// Own alone.
    own_ticks: u64,
}

impl Stat {
    fn parse(line: &str) -> Option<Self> {
        // The name is in brackets and may hold brackets and spaces itself.
        let (before, after) = line.rsplit_once(')')?;
        let (_, name) = before.split_once('(')?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        // Counted from the state, field 3 of proc(5): parent 4, utime 14, stime 15, cutime 16, cstime 17.
        let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        let own_ticks = ticks(14)? + ticks(15)?;
        Some(Self {
            name: name.to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            ticks: own_ticks + ticks(16)? + ticks(17)?,
            own_ticks,
        })
    }

    /// Every process that there is.
    fn all() -> BTreeMap<u32, Self> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let stat = |entry: fs::DirEntry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            Some((id, Self::parse(&fs::read_to_string(entry.path().join("stat")).ok()?)?))
        };
        entries.filter_map(stat).collect()
    }
}

fn descendants(all: &BTreeMap<u32, Stat>, id: u32) -> Vec<u32> {
    let mut found = vec![id];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(all.iter().filter(|(_, it)| it.parent == parent).map(|(&id, _)| id));
        next += 1;
    }
    found.split_off(1)
}

fn hashing_ticks(id: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let stats = tasks.filter_map(|task| Stat::parse(&fs::read_to_string(task.path().join("stat")).ok()?));
    stats.filter(|stat| stat.name.starts_with(HASHING)).map(|stat| stat.own_ticks).sum()
}

fn duration(ticks: u64) -> Duration {
    Duration::from_millis(ticks.saturating_mul(1_000) / rustix::param::clock_ticks_per_second().max(1))
}

/// How the names of Understudy's hashing threads begin.
pub(crate) const HASHING: &str = "hash";

/// Long enough for 25 ticks of a core.
const BUSY_SAMPLE: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_with_brackets_in_its_name_is_read() {
        let line = "42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 11 22 33 44 20 0 1 0 99";
        let stat = Stat::parse(line).expect("a stat line");
        assert_eq!((stat.name.as_str(), stat.parent, stat.ticks, stat.own_ticks), ("a (b) c", 7, 110, 33));
        assert!(Stat::parse("42 (a) S 7").is_none());
    }

    #[test]
    fn children_and_theirs_are_found_and_nobody_elses() {
        let stat = |parent| Stat { name: String::new(), parent, ticks: 0, own_ticks: 0 };
        let all = BTreeMap::from([(1, stat(0)), (2, stat(1)), (3, stat(2)), (4, stat(1)), (5, stat(9))]);
        assert_eq!(descendants(&all, 1), [2, 4, 3]);
        assert!(descendants(&all, 5).is_empty());
    }

    #[test]
    fn guests_count_once_and_waiting_for_a_disk_is_idle() {
        let ticks = Ticks::parse("cpu  1 2 3 40 50 6 7 8 900 900\ncpu0 1 1 1 1");
        assert_eq!((ticks.all, ticks.idle), (117, 90));
    }

    #[test]
    fn this_process_has_used_memory_and_has_cores() {
        let id = std::process::id();
        assert!(resident_kib(id).is_ok_and(|it| it > 0.0) && peak_resident_kib(id).is_ok_and(|it| it > 0.0));
        assert!(Cpu::of(id).is_ok() && cores() > 0);
    }
}
