use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`. What panicked while it was held is reported where it panicked; others go on.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
