package dev.cutover.store;

/// The store on the server that comes with the product.
class EmbeddedStoreTest extends StoreContracts {
    @Override
    protected TestDatabase open() {
        return TestDatabase.embedded();
    }
}
