import { Controller, Get, UseGuards } from "@nestjs/common";
import { AuthGuard } from "./auth.guard.js";
import { StockService } from "./stock.service.js";

@Controller("orders")
@UseGuards(AuthGuard)
export class OrdersController {
  constructor(private readonly stock: StockService) {}

  @Get()
  async list(): Promise<{ orders: readonly string[]; stock: unknown }> {
    return { orders: ["17"], stock: await this.stock.list() };
  }
}
