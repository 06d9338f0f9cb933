package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.port.NotWritableException;
import dev.cutover.port.PortException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** A database that cannot write is told apart from one that does not answer. */
class DatabaseErrorsTest {
    @Test
    void a_full_disk_answers_and_says_so_without_the_statement() {
        SQLException batch =
                new BatchUpdateException(
                        "Batch entry 0 INSERT INTO event VALUES (('x')) was aborted",
                        "53100",
                        new int[0]);
        batch.setNextException(
                new SQLException(
                        "ERROR: could not extend file: No space left on device\n  Hint: Check free"
                                + " disk space.",
                        "53100"));

        PortException failed = Database.failed("append", batch);

        assertThat(failed).isInstanceOf(NotWritableException.class);
        assertThat(failed.category()).isEqualTo(PortException.Category.TRANSIENT);
        assertThat(failed)
                .hasMessageContaining("its disk is full")
                .hasMessageContaining("No space left on device Hint: Check free")
                .hasMessageNotContaining("INSERT");
    }

    @Test
    void a_standby_answers_too_and_a_lost_connection_does_not() {
        assertThat(Database.failed("append", new SQLException("read-only", "25006")))
                .isInstanceOf(NotWritableException.class)
                .hasMessageContaining("it only takes reads");
        assertThat(Database.failed("append", new SQLException("refused", "08001")))
                .isNotInstanceOf(NotWritableException.class);
    }
}
