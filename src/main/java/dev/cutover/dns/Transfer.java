package dev.cutover.dns;

import dev.cutover.port.PortException;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A zone as it comes in by AXFR: the SOA, every record, the same SOA again. One version of the zone, as
 * the server vouches for. Source: RFC 5936 section 2.2.
 */
final class Transfer {
    private final String asked;
    private final Name zone;
    private final int mostRecords;
    private final long mostBytes;
    private final List<Record> records = new ArrayList<>();
    private long bytesSoFar;

    /**
     * @param asked what, of whom; for messages
     */
    Transfer(String asked, Name zone, int mostRecords, long mostBytes) {
        this.asked = asked;
        this.zone = zone;
        this.mostRecords = mostRecords;
        this.mostBytes = mostBytes;
    }

    /**
     * Takes one message.
     *
     * @return whether the transfer is complete
     * @throws PortException PERMANENT when the zone is larger than we take, TRANSIENT when this is no zone
     */
    boolean take(Message message, int bytes) {
        bytesSoFar += bytes;
        if (bytesSoFar > mostBytes) {
            throw tooLarge(mostBytes + " bytes");
        }
        boolean complete = false;
        for (Record record : message.getSection(Section.ANSWER)) {
            if (complete) {
                throw PortException.passing(
                        asked
                                + ": expected nothing after the second SOA, seen more records; nothing was kept");
            }
            complete = take(record);
        }
        return complete;
    }

    private boolean take(Record record) {
        if (!record.getName().subdomain(zone)) {
            throw PortException.passing(
                    asked
                            + ": expected names of "
                            + zone
                            + ", seen "
                            + record.getName()
                            + "; nothing was kept");
        }
        if (records.isEmpty()) {
            if (record.getType() != Type.SOA || !record.getName().equals(zone)) {
                throw PortException.passing(
                        asked
                                + ": expected the SOA of "
                                + zone
                                + " first, seen "
                                + Type.string(record.getType())
                                + " "
                                + record.getName());
            }
        } else if (record.getType() == Type.SOA) {
            if (!record.equals(records.getFirst())) {
                throw PortException.passing(
                        asked
                                + ": the zone changed while it was read, its last SOA is not its first");
            }
            return true;
        }
        if (records.size() >= mostRecords) {
            throw tooLarge(mostRecords + " records");
        }
        records.add(record);
        return false;
    }

    /** Every record once. */
    List<Record> records() {
        return List.copyOf(records);
    }

    private PortException tooLarge(String most) {
        return PortException.lasting(
                asked + ": the zone has more than " + most + ", the most that is read");
    }
}
