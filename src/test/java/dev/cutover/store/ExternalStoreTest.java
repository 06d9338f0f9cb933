package dev.cutover.store;

/// The store on a server somebody else runs: Debian's PostgreSQL, started for the test, or the one
/// that `-Dcutover.test.postgres.url=jdbc:postgresql:...` names.
class ExternalStoreTest extends StoreContracts {
    @Override
    protected TestDatabase open() {
        return TestDatabase.external();
    }
}
