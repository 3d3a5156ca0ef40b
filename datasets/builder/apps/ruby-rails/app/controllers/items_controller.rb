class ItemsController < ApplicationController
  def welcome
    render json: { inventory: "open" }
  end

  def index
    render json: Item.order(:name)
  end

  def create
    render json: Item.create!(params.require(:item).permit(:name, :count)), status: :created
  end
end
