package dev.platter.virtio.scsi;

import dev.platter.api.memory.IoVector;
import dev.platter.scsi.ScsiCommand;
import dev.platter.scsi.ScsiStatus;
import dev.platter.virtio.queue.DescriptorChain;
import java.lang.foreign.Arena;

/**
 * Room for one request in flight; there is one for each descriptor that can be a chain's head, or,
 * in a packed ring, for each buffer id: so the head, unique in flight, is the slot's number. The
 * owner thread's.
 *
 * <p>Where the data starts is the same for every driver. One that negotiated neither VERSION_1 nor
 * ANY_LAYOUT puts it in the second descriptor, but then its first holds exactly the header, whose
 * size never changes here (see {@link ConfigSpace}).
 */
final class RequestSlot {
    private final ScsiCommand command;
    private DescriptorChain chain;
    private boolean busy;
    private int target;
    private int lun;
    private long tag;

    /** The response if the command is given up: unless a function asked, its unit has gone. */
    private int abortResponse;

    /**
     * Allocates a slot.
     *
     * @param arena the lifetime of the command's vectors
     * @param maxPieces how many pieces a chain may have
     */
    RequestSlot(Arena arena, int head, int maxPieces) {
        command = new ScsiCommand(arena, head, maxPieces);
        chain = new DescriptorChain(maxPieces);
    }

    /** The command of the slot. */
    ScsiCommand command() {
        return command;
    }

    /** The request's chain, while it is in flight. */
    DescriptorChain chain() {
        return chain;
    }

    /** The head of the request, and the number of the slot. */
    int head() {
        return command.slot();
    }

    /** The target the command is for. */
    int target() {
        return target;
    }

    /** The logical unit the command is for. */
    int lun() {
        return lun;
    }

    /** Whether a request is in flight here. */
    boolean isBusy() {
        return busy;
    }

    /** Whether a command is in flight here that the function names. */
    boolean names(TaskManagement function) {
        return busy && function.names(target, lun, tag);
    }

    /**
     * Puts a request in.
     *
     * @param taken its chain, the slot's from now on
     * @return the chain of the request before, the caller's from now on: nothing is copied
     */
    DescriptorChain occupy(DescriptorChain taken) {
        DescriptorChain free = chain;
        chain = taken;
        busy = true;
        return free;
    }

    /** Notes why the command is to be given up; the last reason counts. */
    void abort(TaskManagement function) {
        abortResponse = function.abortResponse();
    }

    /** Makes room for the next request. */
    void vacate() {
        busy = false;
    }

    /** Whether the chain can take a response at all. */
    boolean canRespond() {
        return chain.writableBytes() >= ResponseHeader.BYTES;
    }

    /**
     * Reads the request into the command.
     *
     * @param header takes the private copy of the guest's header
     * @return {@link VirtioScsi#S_OK}, or the response that refuses the request
     */
    int read(RequestHeader header) {
        if (chain.copyReadable(0, header.bytes(), 0, RequestHeader.BYTES) < RequestHeader.BYTES) {
            return VirtioScsi.S_FAILURE;
        }
        if (!header.hasValidLun()) {
            return VirtioScsi.S_BAD_TARGET;
        }
        target = header.target();
        lun = header.lun();
        tag = header.tag();
        abortResponse = VirtioScsi.S_BAD_TARGET;
        command.clear();
        command.taskAttribute(header.taskAttribute());
        header.copyCdb(command.cdb());
        return attachData() ? VirtioScsi.S_OK : VirtioScsi.S_FAILURE;
    }

    /** Data in both directions needs a feature that the device does not offer. */
    private boolean attachData() {
        long out = chain.readableBytes() - RequestHeader.BYTES;
        long in = chain.writableBytes() - ResponseHeader.BYTES;
        if (out > 0 && in > 0) {
            return false;
        }
        return chain.readableSlice(RequestHeader.BYTES, out, command.dataOut())
                && chain.writableSlice(ResponseHeader.BYTES, in, command.dataIn());
    }

    /**
     * Writes a response without a command's status.
     *
     * @return how many bytes of the chain were written
     */
    long refuse(ResponseHeader response, int code) {
        return write(response.respond(code));
    }

    /**
     * Writes the response to the command that has ended.
     *
     * @return how many bytes of the chain were written, data-in included
     */
    long respond(ResponseHeader response) {
        if (command.aborted()) {
            return write(response.respond(abortResponse));
        }
        if (command.overrun()) {
            return write(response.respond(VirtioScsi.S_OVERRUN));
        }
        response.respond(VirtioScsi.S_OK).status(command.status());
        IoVector in = command.dataIn();
        if (command.status() == ScsiStatus.GOOD) {
            long buffer = in.lengthBytes() + command.dataOut().lengthBytes();
            response.residual(buffer - command.transferredBytes());
        } else {
            response.sense(command.sense(), command.senseLengthBytes());
        }
        return write(response) + (in.lengthBytes() > 0 ? command.transferredBytes() : 0);
    }

    private long write(ResponseHeader response) {
        return chain.writeWritable(0, response.bytes(), 0, ResponseHeader.BYTES);
    }
}
