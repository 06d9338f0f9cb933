package dev.cutover.planted;

import java.sql.Connection;
import java.sql.SQLException;

final class AsksDatabase {
    static boolean isAlive(Connection connection) throws SQLException {
        return connection.isValid(1);
    }
}
